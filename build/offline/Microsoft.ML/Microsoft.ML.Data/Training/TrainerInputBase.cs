using Microsoft.ML.Data;

namespace Microsoft.ML.Trainers;

/// <summary>What all options of trainers have in common: the names of their input columns.</summary>
public abstract class TrainerInputBase
{
    public string FeatureColumnName = DefaultColumnNames.Features;

    private protected TrainerInputBase()
    {
    }
}

public abstract class TrainerInputBaseWithLabel : TrainerInputBase
{
    public string LabelColumnName = DefaultColumnNames.Label;

    private protected TrainerInputBaseWithLabel()
    {
    }
}

public abstract class TrainerInputBaseWithWeight : TrainerInputBaseWithLabel
{
    public string ExampleWeightColumnName = null;

    private protected TrainerInputBaseWithWeight()
    {
    }
}

using Microsoft.ML.Trainers.Offline;

namespace Microsoft.ML.Trainers;

/// <summary>The summary of a training; this stand-in makes none.</summary>
public class ModelStatisticsBase
{
    private ModelStatisticsBase()
    {
    }
}

/// <summary>A bias and weights of the features for each class.</summary>
public abstract class LinearMulticlassModelParametersBase : ModelParametersBase<VBuffer<float>>, IValueMapper
{
    // In the order that is computed with: the biases, then the weights of each feature.
    private readonly float[] _weights;

    private protected readonly int NumberOfClasses;

    private protected readonly int NumberOfFeatures;

    internal readonly DataViewType InputType;

    internal readonly DataViewType OutputType;

    public readonly ModelStatisticsBase Statistics;

    internal LinearMulticlassModelParametersBase(IHostEnvironment env, string name, in VBuffer<float> weights, int numClasses, int numFeatures, string[] labelNames, ModelStatisticsBase stats = null)
        : base(env, name)
    {
        (NumberOfClasses, NumberOfFeatures, Statistics) = (numClasses, numFeatures, stats);
        _weights = new WeightLayout(numClasses, numFeatures).ByFeature(in weights);
        InputType = new VectorDataViewType(NumberDataViewType.Single, numFeatures);
        OutputType = new VectorDataViewType(NumberDataViewType.Single, numClasses);
    }

    private protected LinearMulticlassModelParametersBase(IHostEnvironment env, string name, ModelLoadContext ctx)
        : base(env, name)
    {
        ctx.CheckAtModel(GetVersionInfo());
        NumberOfFeatures = ctx.Reader.ReadInt32();
        NumberOfClasses = ctx.Reader.ReadInt32();
        Host.CheckDecode(NumberOfFeatures > 0 && NumberOfClasses > 0);
        _weights = ctx.Reader.ReadSingleArray(NumberOfClasses * (NumberOfFeatures + 1));
        InputType = new VectorDataViewType(NumberDataViewType.Single, NumberOfFeatures);
        OutputType = new VectorDataViewType(NumberDataViewType.Single, NumberOfClasses);
    }

    DataViewType IValueMapper.InputType => InputType;

    DataViewType IValueMapper.OutputType => OutputType;

    private protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    public void GetWeights(ref VBuffer<float>[] weights, out int numClasses)
    {
        numClasses = NumberOfClasses;
        Utils.EnsureSize(ref weights, NumberOfClasses);
        for (int i = 0; i < NumberOfClasses; i++)
        {
            var editor = VBufferEditor.Create(ref weights[i], NumberOfFeatures);
            for (int feature = 0; feature < NumberOfFeatures; feature++)
                editor.Values[feature] = _weights[(feature + 1) * NumberOfClasses + i];
            weights[i] = editor.Commit();
        }
    }

    public IEnumerable<float> GetBiases() => _weights.Take(NumberOfClasses);

    internal IEnumerable<float> DenseWeightsEnumerable()
    {
        VBuffer<float>[] weights = null;
        GetWeights(ref weights, out int numClasses);
        return weights.Take(numClasses).SelectMany(ofClass => ofClass.DenseValues());
    }

    ValueMapper<TSrc, TDst> IValueMapper.GetMapper<TSrc, TDst>()
    {
        ValueMapper<VBuffer<float>, VBuffer<float>> map = Score;
        return map as ValueMapper<TSrc, TDst> ?? throw Host.Except("Invalid source or destination type in GetMapper");
    }

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        base.SaveCore(ctx);
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.Writer.Write(NumberOfFeatures);
        ctx.Writer.Write(NumberOfClasses);
        ctx.Writer.WriteSinglesNoCount(_weights);
    }

    private protected abstract VersionInfo GetVersionInfo();

    /// <summary>Makes predictions of scores, in their place.</summary>
    private protected abstract void Calibrate(Span<float> dst);

    private void Score(in VBuffer<float> src, ref VBuffer<float> dst)
    {
        Host.Check(src.Length == NumberOfFeatures, "src length should equal the number of features");
        var editor = VBufferEditor.Create(ref dst, NumberOfClasses);
        _weights.AsSpan(0, NumberOfClasses).CopyTo(editor.Values);
        var values = src.GetValues();
        var indices = src.GetIndices();
        for (int i = 0; i < values.Length; i++)
        {
            int feature = src.IsDense ? i : indices[i];
            if (values[i] != 0)
                VectorMath.AddScaled(editor.Values, _weights.AsSpan((feature + 1) * NumberOfClasses, NumberOfClasses), values[i]);
        }

        Calibrate(editor.Values);
        dst = editor.Commit();
    }
}

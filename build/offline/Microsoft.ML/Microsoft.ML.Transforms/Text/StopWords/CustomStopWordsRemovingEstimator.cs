using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Removes the user's own stop words from vectors of words.</summary>
public sealed class CustomStopWordsRemovingEstimator : TrivialEstimator<CustomStopWordsRemovingTransformer>
{
    internal const string ExpectedColumnType = "vector of Text type";

    internal CustomStopWordsRemovingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, params string[] stopwords)
        : this(env, [(outputColumnName, inputColumnName ?? outputColumnName)], stopwords)
    {
    }

    internal CustomStopWordsRemovingEstimator(IHostEnvironment env, (string outputColumnName, string inputColumnName)[] columns, string[] stopwords)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(CustomStopWordsRemovingEstimator)), new CustomStopWordsRemovingTransformer(env, stopwords, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(Host, inputSchema, Transformer.Columns, ExpectedColumnType,
            column => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType, (name, _) => ShapePropagation.TextVector(name));

    public sealed class Options : IStopWordsRemoverOptions
    {
        public string[] StopWords;
    }
}

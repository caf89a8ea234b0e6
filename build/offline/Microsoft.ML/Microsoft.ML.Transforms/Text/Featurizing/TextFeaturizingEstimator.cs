using Microsoft.ML;
using Microsoft.ML.Transforms.Offline;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(ITransformer), typeof(TextFeaturizingEstimator), null, typeof(SignatureLoadModel),
    "Text Transform", TextFeaturizingEstimator.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public interface IStopWordsRemoverOptions
{
}

/// <summary>Makes one vector of numbers of texts: n-grams of their words and of their characters, each normalized.</summary>
public sealed partial class TextFeaturizingEstimator : IEstimator<ITransformer>
{
    internal const string LoaderSignature = "Text";
    internal const Language DefaultLanguage = Language.English;

    private readonly IHost _host;
    private readonly string[] _inputColumns;

    internal readonly string OutputColumn;

    internal TextFeaturizingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null)
        : this(env, outputColumnName, [inputColumnName ?? outputColumnName])
    {
    }

    internal TextFeaturizingEstimator(IHostEnvironment env, string name, IEnumerable<string> source, Options options = null)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(TextFeaturizingEstimator));
        _host.CheckValue(source, nameof(source));
        _inputColumns = [.. source];
        _host.CheckParam(_inputColumns.Length > 0 && !_inputColumns.Any(string.IsNullOrWhiteSpace), nameof(source));
        _host.CheckNonEmpty(name, nameof(name));
        OutputColumn = name;
        OptionalSettings = options ?? new Options();
    }

    internal Options OptionalSettings { get; }

    public ITransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return new Transformer(_host, new TextFeaturizer(_host, OptionalSettings, OutputColumn, _inputColumns).Fit(input));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        foreach (string name in _inputColumns)
        {
            if (!inputSchema.TryFindColumn(name, out var column))
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", name);
            if (column.ItemType is not TextDataViewType)
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", name, "scalar or vector of String", column.GetTypeString());
        }

        var annotations = new List<SchemaShape.Column> { ShapePropagation.SlotNames };
        if (OptionalSettings.Norm != NormFunction.None)
            annotations.Add(ShapePropagation.IsNormalized);
        var output = inputSchema.ToDictionary(column => column.Name);
        output[OutputColumn] = new(OutputColumn, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, new SchemaShape(annotations));
        if (OptionalSettings.OutputTokensColumnName is { Length: > 0 } tokens)
            output[tokens] = ShapePropagation.TextVector(tokens);
        return new SchemaShape(output.Values);
    }

    private static ITransformer Create(IHostEnvironment env, ModelLoadContext ctx) => new Transformer(env, ctx);

    private sealed class Transformer : ITransformer
    {
        private readonly IHost _host;
        private readonly TransformerChain<ITransformer> _chain;

        public Transformer(IHostEnvironment env, TransformerChain<ITransformer> chain)
            => (_host, _chain) = (env.Register(nameof(Transformer)), chain);

        public Transformer(IHostEnvironment env, ModelLoadContext ctx)
        {
            _host = env.Register(nameof(Transformer));
            ctx.CheckAtModel(GetVersionInfo());
            ctx.LoadModel<TransformerChain<ITransformer>, SignatureLoadModel>(env, out _chain, "Chain");
        }

        bool ITransformer.IsRowToRowMapper => true;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(inputSchema);

        public IDataView Transform(IDataView input) => _chain.Transform(input);

        IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)_chain).GetRowToRowMapper(inputSchema);

        void ICanSaveModel.Save(ModelSaveContext ctx)
        {
            _host.CheckValue(ctx, nameof(ctx));
            ctx.CheckAtModel();
            ctx.SetVersionInfo(GetVersionInfo());
            ctx.SaveModel(_chain, "Chain");
        }

        private static VersionInfo GetVersionInfo() => new(
            modelSignature: "TEXT XFR",
            verWrittenCur: 0x00010002,
            verReadableCur: 0x00010002,
            verWeCanReadBack: 0x00010002,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(Transformer).Assembly.FullName);
    }
}

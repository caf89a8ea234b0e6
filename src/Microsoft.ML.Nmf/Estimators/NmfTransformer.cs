using Microsoft.ML.Nmf.Algorithms.Activation;
using Microsoft.ML.Nmf.Internals;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Adds a column of activations: for each row x the h ≥ 0, of as many values as the model has components, that minimises
/// <c>D_β(x ‖ h Wᵀ) + l1 Σ h + l2/2 Σ h²</c> with the learned templates W.
/// </summary>
/// <remarks>
/// For β = 2 h is the exact non-negative least-squares solution (block principal pivoting, Kim and Park 2011), for every other β the end of multiplicative
/// updates from a fixed start. A row gives the same bits alone, in any batch and order, on any thread, and after saving and loading; a row of zeros gives
/// zeros. The slots are named by the first words of their topics when the training column had slot names.
/// </remarks>
public sealed class NmfTransformer : ActivationTransformerBase, ILoadableTransformer<NmfTransformer>
{
    internal const string LoaderSignature = "NmfTransformer";

    private const int WordsPerSlotName = 3;

    private readonly ActivationSettings _settings;
    private readonly Lazy<ActivationProblem> _problem;
    private readonly Lazy<string[]?> _slotNames;

    internal NmfTransformer(ComponentHost host, ActivationColumns columns, NmfModel model, ActivationSettings settings)
        : base(host, columns)
    {
        Model = model;
        _settings = settings;
        _problem = new(() => ActivationProblem.Create(model.Templates, settings));
        _slotNames = new(() => model.FeatureNames is null ? null : [.. model.GetTopics(WordsPerSlotName).Select(t => t.ToString())]);
    }

    /// <summary>What was learned.</summary>
    public NmfModel Model { get; }

    static ModelFormat ILoadableTransformer<NmfTransformer>.Format => new(
        Signature: "NMF MODL",
        // 0x00010001: initial
        Version: 0x00010001,
        ReadableBy: 0x00010001,
        ReadsBackTo: 0x00010001,
        LoaderSignature);

    private protected override ModelFormat FileFormat => FormatOf<NmfTransformer>();

    private protected override int FeatureCount => Model.Templates.Rows;

    private protected override IReadOnlyList<string>? SlotNamesOf(int output) => _slotNames.Value;

    private protected override int SizeOf(int output) => Model.Rank;

    private protected override IRowActivations CreateRowActivations() => new RowActivations(_problem.Value.CreateSolver(), Model.Rank);

    // *** Binary format ***, after the header and the columns
    // double: β
    // float: l1 of the activations
    // float: l2 of the activations
    // int: the most iterations of a row
    // float: the tolerance of a row
    // the model: see NmfModelFormat
    private protected override void Write(BinaryWriter writer)
    {
        writer.Write(_settings.Beta);
        writer.Write(_settings.L1);
        writer.Write(_settings.L2);
        writer.Write(_settings.MaximumNumberOfIterations);
        writer.Write(_settings.Tolerance);
        NmfModelFormat.Write(writer, Model);
    }

    static NmfTransformer ILoadableTransformer<NmfTransformer>.Read(ComponentHost host, ActivationColumns columns, BinaryReader reader)
    {
        var settings = new ActivationSettings(reader.ReadDouble(), reader.ReadSingle(), reader.ReadSingle(), reader.ReadInt32(), reader.ReadSingle());
        ModelDecoding.Check(double.IsFinite(settings.Beta), "beta is not finite");
        ModelDecoding.Check(settings.L1 >= 0 && settings.L2 >= 0 && float.IsFinite(settings.L1 + settings.L2), "a penalty is negative or not finite");
        ModelDecoding.Check(settings.MaximumNumberOfIterations > 0 && settings.Tolerance is >= 0 and < 1, "the iterations or the tolerance of a row are out of range");
        return new NmfTransformer(host, columns, NmfModelFormat.Read(reader, settings.Beta), settings);
    }

    private static ModelFormat FormatOf<T>()
        where T : ITransformer, ILoadableTransformer<T>
        => T.Format;

    private sealed class RowActivations(ActivationSolver solver, int rank) : IRowActivations
    {
        private readonly float[] _activations = new float[rank];

        public void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values) => solver.Solve(features, values, _activations);

        public ReadOnlySpan<float> Output(int output) => _activations;
    }
}

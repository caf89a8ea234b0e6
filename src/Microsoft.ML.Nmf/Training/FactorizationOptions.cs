using System.ComponentModel;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>What computes a training. Transforming never depends on it.</summary>
public enum TrainingEngine
{
    /// <summary>
    /// <see cref="Torch"/> where the application has the package Nmf.MLExtension and TorchSharp finds a CUDA device, <see cref="Managed"/> everywhere
    /// else.
    /// </summary>
    Automatic,

    /// <summary>The processor, in managed code: float32, vector instructions, all threads. Needs no native library.</summary>
    Managed,

    /// <summary>
    /// TorchSharp: the CUDA device that <see cref="MLContext.GpuDeviceId"/> names, or else the first one, or, where there is none, libtorch's own
    /// kernels for the processor. A device that is named but missing is an error unless <see cref="MLContext.FallbackToCpu"/> is set. The application
    /// must have one of the packages TorchSharp-cpu, TorchSharp-cuda-windows and TorchSharp-cuda-linux.
    /// </summary>
    Torch,
}

/// <summary>The options that all factorizations share. Every setter validates its value.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract partial class FactorizationOptions
{
    private string _outputColumnName = "Activations";
    private string? _inputColumnName;
    private string? _reconstructionColumnName;
    private string? _residualColumnName;
    private int _maximumNumberOfIterations = 200;
    private double _tolerance = 1e-4;
    private int _numberOfStarts = 1;
    private int? _numberOfThreads;
    private TrainingEngine _engine;
    private ActivationNormalization _normalization = ActivationNormalization.UnitMeanSquare;
    private long? _deviceMemory;
    private NegativeValues _negativeValues;

    private protected FactorizationOptions()
    {
    }

    /// <summary>The name of the column of activations to make. Not empty. "Activations" unless set.</summary>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    public string OutputColumnName
    {
        get => _outputColumnName;
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(value, nameof(OutputColumnName));
            _outputColumnName = value;
        }
    }

    /// <summary>The name of the column of features, a vector of Single or Double, of one size in all rows; null means <see cref="OutputColumnName"/>.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string? InputColumnName
    {
        get => _inputColumnName;
        set
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(InputColumnName));
            _inputColumnName = value;
        }
    }

    /// <summary>
    /// The name of a column to make with the approximation of each row by its topics, those of the deepest layer: a vector of Single with a slot for each
    /// feature, in the unit of the data whatever <see cref="Normalization"/> says. It is what is left of the row without noise. Null, the default, for no such
    /// column.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string? ReconstructionColumnName
    {
        get => _reconstructionColumnName;
        set
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(ReconstructionColumnName));
            _reconstructionColumnName = value;
        }
    }

    /// <summary>
    /// The name of a column to make with what no topic explains of each row (<see cref="ExaminedRow.Residual"/>), a Single: the larger, the less like the rows
    /// of the training it is. Null, the default, for no such column.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string? ResidualColumnName
    {
        get => _residualColumnName;
        set
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(ResidualColumnName));
            _residualColumnName = value;
        }
    }

    /// <summary>
    /// How the activations of a row are scaled in every column of them. <see cref="ActivationNormalization.UnitMeanSquare"/> unless set, with which the
    /// defaults of ML.NET's trainers work. It changes neither the training nor the class scores.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
    public ActivationNormalization Normalization
    {
        get => _normalization;
        set => _normalization = OptionRange.Named(value, nameof(Normalization));
    }

    /// <summary>
    /// What happens to negative values, in training and when transforming. <see cref="NegativeValues.Refuse"/> unless set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is none of the named ones. The estimator throws it for <see cref="NegativeValues.Keep"/>, unless templates may be negative.
    /// </exception>
    public NegativeValues NegativeValues
    {
        get => _negativeValues;
        set => _negativeValues = OptionRange.Named(value, nameof(NegativeValues));
    }

    /// <summary>The most iterations, at least 1. 200 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaximumNumberOfIterations
    {
        get => _maximumNumberOfIterations;
        set => _maximumNumberOfIterations = OptionRange.AtLeastOne(value, nameof(MaximumNumberOfIterations));
    }

    /// <summary>
    /// The training ends when an iteration lowers the square root of the objective, for β = 2 the norm of the residual, by no more than this share of what all
    /// iterations after the first have lowered it by: when it makes next to nothing of the way any more, however small or large the rest that stays. From 0,
    /// which makes all the iterations, to below 1. 1e-4 unless set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
    public double Tolerance
    {
        get => _tolerance;
        set => _tolerance = OptionRange.Share(value, nameof(Tolerance));
    }

    /// <summary>The seed of everything random; null takes one from the MLContext.</summary>
    public int? Seed { get; set; }

    /// <summary>
    /// The trainings from different starts, of which the one with the least objective is kept, at least 1: the first from where it starts otherwise, the others
    /// from random values. They run at the same time where threads and memory allow; the result does not depend on it. More than one not with initial factors
    /// and not with a <see cref="Recorder"/>. 1 unless set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int NumberOfStarts
    {
        get => _numberOfStarts;
        set => _numberOfStarts = OptionRange.AtLeastOne(value, nameof(NumberOfStarts));
    }

    /// <summary>The most threads to train on, at least 1; null takes all processors. The result does not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? NumberOfThreads
    {
        get => _numberOfThreads;
        set => _numberOfThreads = value is { } threads ? OptionRange.AtLeastOne(threads, nameof(NumberOfThreads)) : null;
    }

    /// <summary>What computes the training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
    public TrainingEngine Engine
    {
        get => _engine;
        set => _engine = OptionRange.Named(value, nameof(Engine));
    }

    /// <summary>
    /// The most bytes that the Torch engine may use on its device, at least 1; null for nine tenths of what is free on a GPU, half of the memory of a
    /// processor. Data that does not fit stays in the host's memory and is streamed in blocks of rows. Changes the result only by rounding.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public long? DeviceMemory
    {
        get => _deviceMemory;
        set => _deviceMemory = value is null or >= 1 ? value : throw OptionRange.Refuse(nameof(DeviceMemory), value, "at least 1 byte");
    }

    /// <summary>
    /// Whether the Torch engine may compute products in TensorFloat-32 on GPUs that have it: faster, with ten bits of mantissa for the factors. False
    /// unless set.
    /// </summary>
    public bool AllowTensorFloat32 { get; set; }

    /// <summary>
    /// Is told of every iteration, on the thread that trains; null for nothing. An exception that it throws ends the training.
    /// </summary>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>
    /// Keeps snapshots of the training on its way: its numbers, templates and, on request, activations and gradients. Null, the default, keeps and copies
    /// nothing. One recorder records one training at a time.
    /// </summary>
    public TrainingRecorder? Recorder { get; set; }

    /// <summary>
    /// Cancels a training, within one iteration. Cancelling the MLContext's own execution does too. Nothing is kept: to keep what was learned, signal
    /// <see cref="StoppingToken"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>
    /// Stops a training after the iteration at hand. Fitting then returns the model as it is (<see cref="TrainingEnd.Stopped"/>), whole: of what would
    /// have been trained after that, only the start is made. The data is read to its end all the same, and a token that is signalled before the first
    /// iteration gives the model of the start. None unless set.
    /// </summary>
    public CancellationToken StoppingToken { get; set; }

    /// <summary>The columns that explain a row, as far as they are wanted, with what each holds.</summary>
    internal IEnumerable<(string Name, int Output)> Explanations
    {
        get
        {
            if (_reconstructionColumnName is not null)
                yield return (_reconstructionColumnName, ActivationTransformerBase.Reconstruction);
            if (_residualColumnName is not null)
                yield return (_residualColumnName, ActivationTransformerBase.Residual);
        }
    }

    /// <summary>How rows are read, and how often they count.</summary>
    internal virtual ReadingPlan Reading => new(new ReadingSettings(Negative: NegativeValues), null, BetaDivergence.Euclidean, default);

    /// <summary>When the training ends.</summary>
    internal virtual StoppingRule Stopping => new(MaximumNumberOfIterations, Tolerance);

    /// <summary>What the log calls an iteration of a phase.</summary>
    internal virtual string IterationWord(string phase) => "iteration";

    /// <summary>Refuses options that do not fit each other, and replaces Automatic by what it stands for. Called once, on an estimator's own copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value excludes another.</exception>
    internal abstract void Resolve();

    /// <summary>Resolved options for one of several starts: the first is the usual one, the others are random.</summary>
    internal FactorizationOptions ForStart(int start)
    {
        FactorizationOptions options = Copy();
        if (start == 0)
            return options;
        options.Seed = unchecked(Seed!.Value + start);
        options.StartRandomly();
        return options;
    }

    /// <summary>Makes the start of resolved options a random one.</summary>
    private protected abstract void StartRandomly();

    /// <summary>Whether negative values may count as they are.</summary>
    internal virtual bool MayKeepNegativeValues => false;

    /// <summary>Refuses to keep negative values that no factors could approximate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are to be kept.</exception>
    internal void CheckNegativeValues()
    {
        if (NegativeValues == NegativeValues.Keep && !MayKeepNegativeValues)
        {
            throw new ArgumentOutOfRangeException(nameof(NegativeValues), NegativeValues,
                $"NegativeValues is {NegativeValues}, but factors that are not negative cannot approximate negative values. Choose {NegativeValues.Clip}, or "
                + "Nmf with TemplatesMayBeNegative.");
        }
    }

    /// <summary>Refuses several starts where there cannot be any.</summary>
    /// <param name="areFactorsGiven">Whether there are initial factors.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are initial factors, or a recorder.</exception>
    private protected void CheckStarts(bool areFactorsGiven)
    {
        if (_numberOfStarts == 1)
            return;
        string? other = areFactorsGiven ? "initial factors are given, from which every start would be the same"
            : Recorder is not null ? "Recorder is set, which records one training" : null;
        if (other is not null)
        {
            throw new ArgumentOutOfRangeException(nameof(NumberOfStarts), _numberOfStarts,
                $"NumberOfStarts is {_numberOfStarts}, but {other}. Set NumberOfStarts to 1, or leave the other out.");
        }
    }

    /// <summary>What to say about the resolved options before training, each in a sentence or two.</summary>
    internal virtual IEnumerable<string> Warnings() => [];

    /// <summary>A copy, so that an estimator does not change with the options it was made from.</summary>
    internal virtual FactorizationOptions Copy() => (FactorizationOptions)MemberwiseClone();
}

using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Computes the output columns of one row after the other, for one thread, without allocating.</summary>
internal interface IRowActivations
{
    /// <summary>Takes a row.</summary>
    /// <param name="features">Its features that are not zero, ascending; where it has holes, all that it has, zeros too.</param>
    /// <param name="values">Their values, finite and not negative.</param>
    /// <param name="hasHoles">Whether the other features are missing rather than zero.</param>
    void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles);

    /// <summary>One output column of the row taken last.</summary>
    ReadOnlySpan<float> Output(int output);

    /// <summary>The activations that approximate the row taken last, unscaled: those of the deepest layer.</summary>
    ReadOnlySpan<float> Deepest { get; }

    /// <summary>The key of the row taken last, for the output column that is one.</summary>
    uint Key => 0;
}

/// <summary>What an output column says about a row besides its activations.</summary>
internal enum RowExplanation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The approximation of the row by its deepest activations, in the unit of the data.</summary>
    Reconstruction,

    /// <summary>What no topic explains of it.</summary>
    Residual,
}

/// <summary>What a column that a transformer adds holds: a vector of Single with names for its slots, a Single, or a key.</summary>
internal sealed class OutputColumn
{
    private const string SlotNames = "SlotNames";

    private readonly Action<DataViewSchema.Annotations.Builder> _annotate;

    private OutputColumn(DataViewType type, int size, ActivationScale scale, Action<DataViewSchema.Annotations.Builder> annotate)
    {
        Type = type;
        Size = size;
        Scale = scale;
        _annotate = annotate;
    }

    /// <summary>The type of its values.</summary>
    public DataViewType Type { get; }

    /// <summary>The slots of the vector; 0 for a number and a key.</summary>
    public int Size { get; }

    /// <summary>Whether it is a key.</summary>
    public bool IsKey => Type is KeyDataViewType;

    /// <summary>What it says about the row besides its activations.</summary>
    public RowExplanation Explanation { get; private init; }

    /// <summary>What a row's values are scaled by.</summary>
    public ActivationScale Scale { get; }

    /// <summary>A vector of Single.</summary>
    /// <param name="size">The number of slots, at least 1.</param>
    /// <param name="slotNames">Their names, or null.</param>
    /// <param name="scale">What its values are scaled by.</param>
    public static OutputColumn Vector(int size, IReadOnlyList<string>? slotNames, ActivationScale scale)
    {
        return new(new VectorDataViewType(NumberDataViewType.Single, size), size, scale, Annotate);

        void Annotate(DataViewSchema.Annotations.Builder annotations)
        {
            if (slotNames is null)
                return;
            var names = new VBuffer<ReadOnlyMemory<char>>(slotNames.Count, [.. slotNames.Select(name => name.AsMemory())]);
            var type = new VectorDataViewType(TextDataViewType.Instance, slotNames.Count);
            annotations.Add(SlotNames, type, (ref VBuffer<ReadOnlyMemory<char>> destination) => names.CopyTo(ref destination));
        }
    }

    /// <summary>The approximation of the row.</summary>
    /// <param name="features">The number of features.</param>
    /// <param name="names">Their names, or null.</param>
    public static OutputColumn Reconstruction(int features, IReadOnlyList<string>? names)
    {
        OutputColumn column = Vector(features, names, ActivationScale.None);
        return new(column.Type, features, ActivationScale.None, column._annotate) { Explanation = RowExplanation.Reconstruction };
    }

    /// <summary>What no topic explains of the row.</summary>
    public static OutputColumn Residual()
        => new(NumberDataViewType.Single, 0, ActivationScale.None, _ => { }) { Explanation = RowExplanation.Residual };

    /// <summary>A key.</summary>
    /// <param name="count">How many values it has.</param>
    /// <param name="annotate">Adds them to the annotations, where they are known.</param>
    public static OutputColumn Key(int count, Action<DataViewSchema.Annotations.Builder> annotate)
        => new(new KeyDataViewType(typeof(uint), count), 0, ActivationScale.None, annotate);

    /// <summary>The column under a name.</summary>
    public DataViewSchema.DetachedColumn Detach(string name)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        _annotate(annotations);
        return new(name, Type, annotations.ToAnnotations());
    }
}

/// <summary>
/// Keeps what a transform makes among the finite numbers of float32, whatever the row and the model: a result beyond the largest one counts as that one,
/// so that what is computed from it is no NaN.
/// </summary>
internal static class Float32Range
{
    /// <summary>The nearest finite float.</summary>
    public static float Limit(double value) => (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);

    /// <summary>Replaces each activation by the nearest finite float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Limit(Span<float> activations)
    {
        for (int k = 0; k < activations.Length; k++)
            activations[k] = Math.Min(activations[k], float.MaxValue);
    }
}

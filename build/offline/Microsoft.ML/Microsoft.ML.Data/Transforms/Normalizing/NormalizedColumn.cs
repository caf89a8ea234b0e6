using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>How one column is normalized: a scalar, or a vector of known size, of reals.</summary>
internal abstract class NormalizedColumn(DataViewType type)
{
    public DataViewType Type => type;

    public abstract NormalizingTransformer.NormalizerModelParametersBase Parameters { get; }

    public static bool IsValid(DataViewType type)
        => type is not VectorDataViewType { IsKnownSize: false } && (type.GetItemType() == NumberDataViewType.Single || type.GetItemType() == NumberDataViewType.Double);

    public static NormalizedColumn Load(ModelLoadContext ctx)
    {
        var item = ColumnTypeExtensions.PrimitiveTypeFromKind((InternalDataKind)ctx.Reader.ReadByte());
        var dimensions = ctx.Reader.ReadIntArray();
        DataViewType type = dimensions is null ? item : new VectorDataViewType(item, dimensions);
        Contracts.CheckDecode(IsValid(type));
        return item == NumberDataViewType.Single ? new NormalizedColumn<float>(type, ctx.Reader) : new NormalizedColumn<double>(type, ctx.Reader);
    }

    public virtual void Save(ModelSaveContext ctx)
    {
        ctx.Writer.Write((byte)type.GetItemType().GetRawKind());
        ctx.Writer.WriteIntArray(type is VectorDataViewType vector ? vector.Dimensions.AsSpan() : default);
    }

    public abstract Delegate GetGetter(DataViewRow input, DataViewSchema.Column source);
}

internal sealed class NormalizedColumn<T> : NormalizedColumn
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly AffineScaling<T> _scaling;

    public NormalizedColumn(DataViewType type, AffineScaling<T> scaling)
        : base(type)
        => _scaling = scaling;

    public NormalizedColumn(DataViewType type, BinaryReader reader)
        : base(type)
    {
        _scaling = new(ReadArray(reader), ReadArray(reader));
        Contracts.CheckDecode(Utils.Size(_scaling.Scale) == type.GetValueCount() && Utils.Size(_scaling.Offset ?? _scaling.Scale) == _scaling.Scale.Length);
    }

    public override NormalizingTransformer.NormalizerModelParametersBase Parameters => Type is VectorDataViewType
        ? new NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<T>>([.. _scaling.Scale], [.. _scaling.Offset ?? []])
        : new NormalizingTransformer.AffineNormalizerModelParameters<T>(_scaling.Scale[0], _scaling.Offset is null ? T.Zero : _scaling.Offset[0]);

    public override void Save(ModelSaveContext ctx)
    {
        base.Save(ctx);
        ctx.Writer.WriteDoubleArray(_scaling.Scale.Select(double.CreateChecked).ToArray());
        ctx.Writer.WriteDoubleArray((_scaling.Offset ?? []).Select(double.CreateChecked).ToArray());
    }

    public override Delegate GetGetter(DataViewRow input, DataViewSchema.Column source)
        => Type is VectorDataViewType ? OfVector(input.GetGetter<VBuffer<T>>(source)) : OfScalar(input.GetGetter<T>(source));

    private ValueGetter<T> OfScalar(ValueGetter<T> getter) => (ref T value) =>
    {
        getter(ref value);
        value = _scaling.Apply(value);
    };

    private ValueGetter<VBuffer<T>> OfVector(ValueGetter<VBuffer<T>> getter)
    {
        VBuffer<T> source = default;
        return (ref VBuffer<T> vector) =>
        {
            getter(ref source);
            _scaling.Apply(in source, ref vector);
        };
    }

    private static T[] ReadArray(BinaryReader reader) => reader.ReadDoubleArray()?.Select(T.CreateChecked).ToArray();
}

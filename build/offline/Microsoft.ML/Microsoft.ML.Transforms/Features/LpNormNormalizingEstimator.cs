using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms;

/// <summary>Divides each vector by its norm.</summary>
public abstract class LpNormNormalizingEstimatorBase : TrivialEstimator<LpNormNormalizingTransformer>
{
    internal const string ExpectedColumnType = "Expected known-size vector of Single";

    internal LpNormNormalizingEstimatorBase(IHostEnvironment env, params ColumnOptionsBase[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(LpNormNormalizingEstimator)), new LpNormNormalizingTransformer(env, columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(Host, inputSchema, Transformer.Columns.Select(column => (column.Name, column.InputColumnName)), ExpectedColumnType, IsSchemaColumnValid,
            (name, source) => new(name, source.Kind, source.ItemType, false,
                new SchemaShape(source.Annotations(AnnotationUtils.Kinds.SlotNames).Append(ShapePropagation.IsNormalized))));

    internal static bool IsColumnTypeValid(DataViewType type)
        => type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType == NumberDataViewType.Single;

    internal static bool IsSchemaColumnValid(SchemaShape.Column col)
        => col.Kind == SchemaShape.Column.VectorKind.Vector && col.ItemType == NumberDataViewType.Single;

    public enum NormFunction : byte
    {
        L2 = 0,
        StandardDeviation = 1,
        L1 = 2,
        Infinity = 3,
    }

    internal static class Defaults
    {
        public const NormFunction Norm = NormFunction.L2;
        public const bool LpEnsureZeroMean = false;
        public const float Scale = 1;
    }

    internal abstract class ColumnOptionsBase
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly NormFunction Norm;

        public readonly bool EnsureZeroMean;

        public readonly float Scale;

        internal ColumnOptionsBase(string name, string inputColumnName, NormFunction normalizerKind, bool substractMean, float scale)
        {
            Contracts.CheckNonWhiteSpace(name, nameof(name));
            Contracts.CheckNonWhiteSpace(inputColumnName, nameof(inputColumnName));
            Contracts.CheckUserArg(0 < scale && scale < float.PositiveInfinity, nameof(scale), "scale must be a positive finite value");
            (Name, InputColumnName, Norm, EnsureZeroMean, Scale) = (name, inputColumnName, normalizerKind, substractMean, scale);
        }
    }
}

public sealed class LpNormNormalizingEstimator : LpNormNormalizingEstimatorBase
{
    internal LpNormNormalizingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null,
        NormFunction norm = Defaults.Norm, bool ensureZeroMean = Defaults.LpEnsureZeroMean)
        : this(env, new ColumnOptions(outputColumnName, inputColumnName, norm, ensureZeroMean))
    {
    }

    internal LpNormNormalizingEstimator(IHostEnvironment env, params ColumnOptions[] columns)
        : base(env, columns)
    {
    }

    internal sealed class ColumnOptions : ColumnOptionsBase
    {
        public ColumnOptions(string name, string inputColumnName = null, NormFunction norm = Defaults.Norm, bool ensureZeroMean = Defaults.LpEnsureZeroMean)
            : base(name, inputColumnName ?? name, norm, ensureZeroMean, Defaults.Scale)
        {
        }
    }
}

namespace Microsoft.ML.Data;

/// <summary>The standard annotations: their names, their types, and their readers.</summary>
internal static partial class AnnotationUtils
{
    public static KeyDataViewType ScoreColumnSetIdType { get; } = new(typeof(uint), int.MaxValue);

    public static VectorDataViewType GetNamesType(int size)
    {
        Contracts.CheckParam(size > 0, nameof(size), "must be known size");
        return new VectorDataViewType(TextDataViewType.Instance, size);
    }

    public static VectorDataViewType GetCategoricalType(int rangeCount)
    {
        Contracts.CheckParam(rangeCount > 0, nameof(rangeCount), "must be known size");
        return new VectorDataViewType(NumberDataViewType.Int32, rangeCount, 2);
    }

    public static uint GetMaxAnnotationKind(this DataViewSchema schema, out int colMax, string annotationKind, Func<DataViewSchema, int, bool> filterFunc = null)
    {
        uint max = 0;
        colMax = -1;
        for (int i = 0; i < schema.Count; i++)
        {
            uint value = 0;
            if (!IsKeyAnnotation(schema[i], annotationKind) || filterFunc?.Invoke(schema, i) == false)
                continue;
            schema[i].Annotations.GetValue(annotationKind, ref value);
            if (value > max)
                (max, colMax) = (value, i);
        }

        return max;
    }

    public static IEnumerable<int> GetColumnSet(this DataViewSchema schema, string annotationKind, uint value)
    {
        foreach (var column in schema.Where(column => IsKeyAnnotation(column, annotationKind)))
        {
            uint actual = 0;
            column.Annotations.GetValue(annotationKind, ref actual);
            if (actual == value)
                yield return column.Index;
        }
    }

    public static IEnumerable<int> GetColumnSet(this DataViewSchema schema, string annotationKind, string value)
    {
        foreach (var column in schema)
        {
            ReadOnlyMemory<char> actual = default;
            if (schema.TryGetAnnotation(TextDataViewType.Instance, annotationKind, column.Index, ref actual) && actual.Span.SequenceEqual(value))
                yield return column.Index;
        }
    }

    /// <summary>Whether a vector column names its slots: text, as many as there are slots.</summary>
    public static bool HasSlotNames(this DataViewSchema.Column column, int vectorSize)
        => vectorSize != 0
            && column.Annotations.Schema.GetColumnOrNull(Kinds.SlotNames)?.Type is VectorDataViewType { ItemType: TextDataViewType } names
            && names.Size == vectorSize;

    public static bool HasSlotNames(this SchemaShape.Column col)
    {
        Contracts.CheckParam(col.IsValid, nameof(col), "struct not initialized properly");
        return col.Kind == SchemaShape.Column.VectorKind.Vector && HasTextVector(col, Kinds.SlotNames);
    }

    /// <summary>Whether a vector of these keys' indicators would name its slots.</summary>
    public static bool NeedsSlotNames(this SchemaShape.Column col) => HasTextVector(col, Kinds.KeyValues);

    public static bool IsNormalized(this SchemaShape.Column column)
    {
        Contracts.CheckParam(column.IsValid, nameof(column), "struct not initialized properly");
        return column.Annotations.TryFindColumn(Kinds.IsNormalized, out var normalized)
            && normalized.Kind == SchemaShape.Column.VectorKind.Scalar && normalized.ItemType is BooleanDataViewType;
    }

    public static bool TryGetAnnotation<T>(this DataViewSchema schema, PrimitiveDataViewType type, string kind, int col, ref T value)
    {
        Contracts.CheckValue(schema, nameof(schema));
        Contracts.CheckValue(type, nameof(type));
        if (!type.Equals(schema[col].Annotations.Schema.GetColumnOrNull(kind)?.Type))
            return false;
        schema[col].Annotations.GetValue(kind, ref value);
        return true;
    }

    public static IEnumerable<SchemaShape.Column> GetTrainerOutputAnnotation(bool isNormalized = false)
    {
        yield return new(Kinds.ScoreColumnSetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true);
        yield return new(Kinds.ScoreColumnKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);
        yield return new(Kinds.ScoreValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);
        if (isNormalized)
            yield return new(Kinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false);
    }

    public static IEnumerable<SchemaShape.Column> AnnotationsForMulticlassScoreColumn(SchemaShape.Column? labelColumn = null)
    {
        if (labelColumn is { IsKey: true } label && label.Annotations.TryFindColumn(Kinds.KeyValues, out var keyValues)
            && keyValues.Kind == SchemaShape.Column.VectorKind.Vector)
        {
            if (keyValues.ItemType is TextDataViewType)
                yield return new(Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false);
            yield return new(Kinds.TrainingLabelValues, SchemaShape.Column.VectorKind.Vector, keyValues.ItemType, false);
        }

        foreach (var annotation in GetTrainerOutputAnnotation())
            yield return annotation;
    }

    private static bool HasTextVector(SchemaShape.Column column, string kind)
        => column.Annotations.TryFindColumn(kind, out var annotation)
            && annotation.Kind == SchemaShape.Column.VectorKind.Vector && annotation.ItemType is TextDataViewType;

    private static bool IsKeyAnnotation(DataViewSchema.Column column, string kind)
        => column.Annotations.Schema.GetColumnOrNull(kind)?.Type is KeyDataViewType key && key.RawType == typeof(uint);

    public static class Kinds
    {
        public const string SlotNames = "SlotNames";
        public const string KeyValues = "KeyValues";
        public const string ScoreColumnSetId = "ScoreColumnSetId";
        public const string ScoreColumnKind = "ScoreColumnKind";
        public const string ScoreValueKind = "ScoreValueKind";
        public const string IsNormalized = "IsNormalized";
        public const string IsUserVisible = "IsUserVisible";
        public const string TrainingLabelValues = "TrainingLabelValues";
        public const string CategoricalSlotRanges = "CategoricalSlotRanges";
    }

    public static class Const
    {
        public static class ScoreColumnKind
        {
            public const string BinaryClassification = "BinaryClassification";
            public const string MulticlassClassification = "MulticlassClassification";
            public const string Regression = "Regression";
            public const string Clustering = "Clustering";
            public const string FeatureContribution = "FeatureContribution";
        }

        public static class ScoreValueKind
        {
            public const string Score = "Score";
            public const string PredictedLabel = "PredictedLabel";
            public const string Probability = "Probability";
        }
    }
}

internal static class AnnotationBuilderExtensions
{
    public static void AddSlotNames(this DataViewSchema.Annotations.Builder builder, int size, ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter)
        => builder.Add(AnnotationUtils.Kinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, size), getter);

    public static void AddKeyValues<TValue>(this DataViewSchema.Annotations.Builder builder, int size, PrimitiveDataViewType valueType, ValueGetter<VBuffer<TValue>> getter)
        => builder.Add(AnnotationUtils.Kinds.KeyValues, new VectorDataViewType(valueType, size), getter);
}

using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>The predicted label and the scores, bound to one input schema; the scores of a row are computed once for both.</summary>
internal sealed class MulticlassScoreMapper(ITransformer transformer, IValueMapper model, DataViewSchema inputSchema, DataViewSchema.Column features,
    DataViewSchema.Column? label, string predictedLabelName, string scoreName) : IRowMapper
{
    private const int PredictedLabel = 0;
    private const int Score = 1;

    public static VersionInfo GetVersionInfo() => new(
        modelSignature: "MC  PRED",
        verWrittenCur: 0x00010002,
        verReadableCur: 0x00010002,
        verWeCanReadBack: 0x00010002,
        loaderSignature: MulticlassPredictionTransformer.LoaderSignature,
        loaderAssemblyName: typeof(MulticlassPredictionTransformer<>).Assembly.FullName);

    public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        => column => column == features.Index && (activeOutput(PredictedLabel) || activeOutput(Score));

    public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
    {
        disposer = null;
        if (!activeOutput(PredictedLabel) && !activeOutput(Score))
            return new Delegate[2];

        var scores = Scores(input);
        VBuffer<float> row = default;
        ValueGetter<uint> getLabel = (ref uint value) =>
        {
            scores(ref row);
            value = (uint)(IndexOfLargest(row.GetValues()) + 1);
        };
        ValueGetter<VBuffer<float>> getScore = (ref VBuffer<float> value) =>
        {
            scores(ref row);
            row.CopyTo(ref value);
        };
        return [activeOutput(PredictedLabel) ? getLabel : null, activeOutput(Score) ? getScore : null];
    }

    public DataViewSchema.DetachedColumn[] GetOutputColumns()
    {
        int classes = model.OutputType.GetVectorSize();
        uint set = inputSchema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;
        var ofLabel = Annotations(set, AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        var ofScore = Annotations(set, AnnotationUtils.Const.ScoreValueKind.Score);
        if (label?.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is { Type: VectorDataViewType names } keyValues && names.Size == classes)
        {
            var getter = Generic.Call(GetterOf<int>, names.RawType, label.Value.Annotations, keyValues);
            ofLabel.Add(AnnotationUtils.Kinds.KeyValues, names, getter);
            ofScore.Add(AnnotationUtils.Kinds.TrainingLabelValues, names, getter);
            if (names.ItemType is TextDataViewType)
                ofScore.Add(AnnotationUtils.Kinds.SlotNames, names, getter);
        }

        return [new(predictedLabelName, new KeyDataViewType(typeof(uint), classes), ofLabel.ToAnnotations()), new(scoreName, model.OutputType, ofScore.ToAnnotations())];
    }

    public ITransformer GetTransformer() => transformer;

    void ICanSaveModel.Save(ModelSaveContext ctx) => transformer.Save(ctx);

    private ValueGetter<VBuffer<float>> Scores(DataViewRow input)
    {
        var getter = input.GetGetter<VBuffer<float>>(input.Schema[features.Index]);
        var map = model.GetMapper<VBuffer<float>, VBuffer<float>>();
        VBuffer<float> values = default;
        long position = -1;
        return (ref VBuffer<float> scores) =>
        {
            if (position == input.Position)
                return;
            getter(ref values);
            map(in values, ref scores);
            position = input.Position;
        };
    }

    // -1 where there is nothing but not a number.
    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        int largest = -1;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]) && (largest < 0 || values[i] > values[largest]))
                largest = i;
        }

        return largest;
    }

    private static DataViewSchema.Annotations.Builder Annotations(uint set, string valueKind)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(AnnotationUtils.Kinds.ScoreColumnKind, TextDataViewType.Instance,
            (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification.AsMemory()));
        annotations.Add(AnnotationUtils.Kinds.ScoreValueKind, TextDataViewType.Instance,
            (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = valueKind.AsMemory()));
        annotations.Add(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, (ValueGetter<uint>)((ref uint value) => value = set));
        return annotations;
    }

    private static Delegate GetterOf<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column column) => annotations.GetGetter<T>(column);
}

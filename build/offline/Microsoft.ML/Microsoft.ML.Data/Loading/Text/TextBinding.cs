namespace Microsoft.ML.Data.Offline;

/// <summary>Finds out what columns text files have.</summary>
internal static class TextBinding
{
    private const int SampleSize = 100;

    public static TextColumn[] Bind(IHost host, TextFormat format, TextLoader.Options options, IMultiStreamSource sample)
    {
        using var channel = host.Start("Binding");
        var columns = options.Columns is { Length: > 0 } given ? given : DefaultColumns();
        foreach (var column in columns)
        {
            if (column.Source is not { Length: > 0 })
                throw channel.ExceptUserArg("Source", "Must specify some source column indices");
            if (column.Source.Any(range => range.AllOther))
                throw channel.ExceptNotSupp("A range of all other fields is not read here.");
        }

        int width = options.InputSize ?? 0;
        if (width == 0 && columns.Any(column => column.Source.Any(range => range.AutoEnd && range.Max is null)))
            width = WidthOf(channel, format, sample);
        if (columns.DistinctBy(column => column.Name).Count() < columns.Length)
            channel.Info("Duplicate name(s) specified - later columns will hide earlier ones");
        return Array.ConvertAll(columns, column => Bind(channel, column, width));
    }

    /// <summary>The schema, with slot names from the header where there is one.</summary>
    public static DataViewSchema SchemaOf(TextColumn[] columns, TextFormat format, IMultiStreamSource header)
    {
        var names = new List<ReadOnlyMemory<char>>();
        if (header is not null && format.Lines(header, skipsHeader: false).FirstOrDefault().Text is { } line)
            format.Split(line, names);
        return SchemaExtensions.MakeSchema(columns.Select(column => new DataViewSchema.DetachedColumn(column.Name, column.Type, SlotNames(column, names))));
    }

    private static TextLoader.Column[] DefaultColumns()
        => [new("Label", DataKind.Single, 0), new("Features", DataKind.Single, [new TextLoader.Range(1, null)])];

    private static int WidthOf(IChannel channel, TextFormat format, IMultiStreamSource sample)
    {
        var fields = new List<ReadOnlyMemory<char>>();
        var widths = new HashSet<int>();
        foreach (var (text, _) in sample is null ? [] : format.Lines(sample, skipsHeader: false).Take(SampleSize))
        {
            format.Split(text, fields);
            widths.Add(fields.Count);
        }

        channel.CheckUserArg(widths.Count > 0, "Source", "Can't determine the number of source columns without valid data");
        channel.CheckUserArg(widths.Count == 1, "Source", "The size of input lines is not consistent");
        return widths.Single();
    }

    private static TextColumn Bind(IChannel channel, TextLoader.Column column, int width)
    {
        channel.CheckNonWhiteSpace(column.Name, nameof(column.Name));
        var itemType = column.KeyCount is { } keys
            ? new KeyDataViewType(column.Type.ToType(), keys.Count ?? column.Type.ToType().ToMaxInt())
            : ColumnTypeExtensions.PrimitiveTypeFromKind(column.Type);
        var fields = Array.ConvertAll(column.Source, range => Part(channel, range, width));
        foreach (var (first, second) in fields.OrderBy(part => part.Min).Zip(fields.OrderBy(part => part.Min).Skip(1)))
            channel.CheckUserArg(first.End <= second.Min, "Source", $"Intervals specified for column '{column.Name}' overlap");

        bool isVariable = fields.Any(part => part.End is null);
        int size = fields.Sum(part => part.End - part.Min ?? 0);
        DataViewType type = itemType;
        if (isVariable || size > 1 || column.Source[0].ForceVector)
            type = new VectorDataViewType(itemType, isVariable ? 0 : size);
        return new TextColumn(column.Name.Trim(), type, fields);
    }

    private static (int Min, int? End) Part(IChannel channel, TextLoader.Range range, int width)
    {
        channel.CheckUserArg(range.Min >= 0, nameof(range.Min));
        if (range.Max is int max)
        {
            channel.CheckUserArg(range.Min <= max, nameof(range.Max));
            return (range.Min, max + 1);
        }

        if (!range.AutoEnd)
            return (range.Min, range.VariableEnd ? null : range.Min + 1);
        if (range.Min >= width)
            throw channel.ExceptUserArg(nameof(range.Min), "Column #{0} not found in the dataset (it only has {1} columns)", range.Min, width);
        return (range.Min, width);
    }

    private static DataViewSchema.Annotations SlotNames(TextColumn column, List<ReadOnlyMemory<char>> header)
    {
        if (column.Type is not VectorDataViewType { IsKnownSize: true })
            return null;
        ReadOnlyMemory<char>[] names = [.. column.Fields.SelectMany(part => Enumerable.Range(part.Min, part.End.Value - part.Min))
            .Select(field => field < header.Count ? header[field].Trim() : default)];
        if (names.All(name => name.IsEmpty))
            return null;
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddSlotNames(names.Length, (ref VBuffer<ReadOnlyMemory<char>> value) => VBuffer<ReadOnlyMemory<char>>.Copy(names, 0, ref value, names.Length));
        return annotations.ToAnnotations();
    }
}

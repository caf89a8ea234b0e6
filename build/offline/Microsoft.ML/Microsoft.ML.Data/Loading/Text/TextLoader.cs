using System.Reflection;
using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Data;

/// <summary>Reads text files: a row a line, and a column from one or more of its fields.</summary>
public sealed partial class TextLoader : IDataLoader<IMultiStreamSource>
{
    private readonly IHost _host;
    private readonly TextFormat _format;
    private readonly TextColumn[] _columns;
    private readonly DataViewSchema _schema;

    internal TextLoader(IHostEnvironment env, Options options = null, IMultiStreamSource dataSample = null)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(TextLoader));
        options ??= new Options();
        _format = new TextFormat(_host, options);
        var header = string.IsNullOrWhiteSpace(options.HeaderFile) ? dataSample : new MultiFileSource(options.HeaderFile);
        _columns = TextBinding.Bind(_host, _format, options, dataSample);
        _schema = TextBinding.SchemaOf(_columns, _format, _format.HasHeader || header != dataSample ? header : null);
    }

    public DataViewSchema GetOutputSchema() => _schema;

    public IDataView Load(IMultiStreamSource source) => new TextView(_host, _format, _columns, _schema, source);

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw _host.ExceptNotSupp("A text loader cannot be saved.");

    internal static TextLoader CreateTextLoader<TInput>(IHostEnvironment host, bool hasHeader = Defaults.HasHeader, char separator = Defaults.Separator,
        bool allowQuoting = Defaults.AllowQuoting, bool supportSparse = Defaults.AllowSparse, bool trimWhitespace = Defaults.TrimWhitespace,
        IMultiStreamSource dataSample = null)
    {
        var options = new Options
        {
            HasHeader = hasHeader,
            Separators = [separator],
            AllowQuoting = allowQuoting,
            AllowSparse = supportSparse,
            TrimWhitespace = trimWhitespace,
        };
        return CreateTextLoader<TInput>(host, options, dataSample);
    }

    internal static TextLoader CreateTextLoader<TInput>(IHostEnvironment host, Options options = null, IMultiStreamSource dataSample = null)
    {
        const BindingFlags flags = BindingFlags.Public | BindingFlags.Instance;
        var properties = typeof(TInput).GetProperties(flags).Where(property => property.GetGetMethod() is not null && property.GetIndexParameters().Length == 0);
        MemberInfo[] members = [.. typeof(TInput).GetFields(flags), .. properties];
        if (members.Length == 0)
            throw host.ExceptParam(nameof(TInput), "Should define at least one public, readable field or property in TInput.");
        options ??= new Options();
        options.Columns = Array.ConvertAll(members, member => ColumnOf(host, member));
        return new TextLoader(host, options, dataSample);
    }

    private static Column ColumnOf(IHostEnvironment host, MemberInfo member)
    {
        string kind = member is FieldInfo ? "Field" : "Property";
        var load = member.GetCustomAttribute<LoadColumnAttribute>()
            ?? throw host.Except($"{kind} '{member.Name}' is missing the LoadColumnAttribute attribute");
        var type = TypedMembers.TypeOf(member);
        if (!(type.IsArray ? type.GetElementType() : type).TryGetDataKind(out var dataKind))
            throw Contracts.Except($"{kind} {member.Name} is of unsupported type.");
        return new Column
        {
            Name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name,
            Type = dataKind,
            Source = [.. load.Sources],
            KeyCount = member.GetCustomAttribute<KeyTypeAttribute>()?.KeyCount,
        };
    }

    internal static class Defaults
    {
        internal const bool AllowQuoting = false;
        internal const bool AllowSparse = false;
        internal const char Separator = '\t';
        internal const char DecimalMarker = '.';
        internal const bool HasHeader = false;
        internal const bool TrimWhitespace = false;
        internal const bool ReadMultilines = false;
        internal const char EscapeChar = '"';
        internal const bool MissingRealsAsNaNs = false;
    }
}

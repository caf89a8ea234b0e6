namespace Microsoft.ML.Data.Offline;

/// <summary>Which columns of a schema are kept.</summary>
internal sealed class ColumnSelection
{
    private readonly IExceptionContext _context;
    private readonly string[] _names;
    private readonly bool _keeps;
    private readonly bool _keepsHidden;
    private readonly bool _ignoresMissing;

    public ColumnSelection(IExceptionContext context, string[] keepColumns, string[] dropColumns, bool keepHidden, bool ignoreMissing)
    {
        _context = context;
        _keeps = keepColumns is { Length: > 0 };
        bool drops = dropColumns is { Length: > 0 };
        context.Check(!(_keeps && drops), "Both keepColumns and dropColumns are set. Exactly one can be specified.");
        context.Check(_keeps || drops, "Neither keepColumns and dropColumns is set. Exactly one must be specified.");
        (_names, _keepsHidden, _ignoresMissing) = (_keeps ? keepColumns : dropColumns, keepHidden, ignoreMissing);
    }

    public SchemaShape Choose(SchemaShape shape)
    {
        CheckNames(shape.Select(column => column.Name));
        return new SchemaShape(shape.Where(column => _names.Contains(column.Name) == _keeps));
    }

    /// <summary>The columns: those to keep in the order of their naming, or all but those to drop in their own.</summary>
    public DataViewSchema.Column[] Choose(DataViewSchema schema)
    {
        CheckNames(schema.Select(column => column.Name));
        return _keeps
            ? [.. _names.SelectMany(name => schema.Where(column => column.Name == name && (_keepsHidden || !column.IsHidden)))]
            : [.. schema.Where(column => !_names.Contains(column.Name))];
    }

    public void Save(ModelSaveContext ctx)
    {
        ctx.Writer.WriteBoolByte(_keeps);
        ctx.Writer.WriteBoolByte(_keepsHidden);
        ctx.Writer.WriteBoolByte(_ignoresMissing);
        ctx.Writer.Write(_names.Length);
        foreach (string name in _names)
            ctx.SaveNonEmptyString(name);
    }

    private void CheckNames(IEnumerable<string> known)
    {
        string[] missing = [.. _names.Except(known)];
        if (missing.Length > 0 && !_ignoresMissing)
            throw _context.ExceptSchemaMismatch("inputSchema", "input", string.Join(",", missing));
    }
}

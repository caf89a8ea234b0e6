namespace Microsoft.ML.Data;

/// <summary>A schema of which it is known what its columns are for.</summary>
internal sealed class RoleMappedSchema
{
    private readonly List<(string Role, DataViewSchema.Column Column)> _columns = [];

    public RoleMappedSchema(DataViewSchema schema, bool opt = false, params KeyValuePair<ColumnRole, string>[] roles)
    {
        Contracts.CheckValue(schema, nameof(schema));
        Contracts.CheckValue(roles, nameof(roles));
        Schema = schema;
        foreach (var (role, name) in roles.Where(pair => !string.IsNullOrEmpty(pair.Value)))
        {
            if (schema.GetColumnOrNull(name) is { } column)
                _columns.Add((role.Value, column));
            else if (!opt)
                throw Contracts.ExceptParam(nameof(schema), $"{name} column '{role.Value}' not found");
        }
    }

    public DataViewSchema Schema { get; }

    public DataViewSchema.Column? Feature => Unique(ColumnRole.Feature);

    public DataViewSchema.Column? Label => Unique(ColumnRole.Label);

    public DataViewSchema.Column? Weight => Unique(ColumnRole.Weight);

    public static KeyValuePair<ColumnRole, string> CreatePair(ColumnRole role, string name) => new(role, name);

    public DataViewSchema.Column GetUniqueColumn(ColumnRole role)
        => Unique(role) ?? throw Contracts.Except("Expected exactly one column with role '{0}'.", role.Value);

    private DataViewSchema.Column? Unique(ColumnRole role)
        => _columns.Where(column => column.Role == role.Value).Select(column => column.Column).ToArray() is [var only] ? only : null;

    public readonly struct ColumnRole
    {
        public readonly string Value;

        public ColumnRole(string value) => Value = Contracts.CheckNonEmpty(value, nameof(value));

        public static ColumnRole Feature => "Feature";

        public static ColumnRole Label => "Label";

        public static ColumnRole Weight => "Weight";

        public static implicit operator ColumnRole(string value) => new(value);

        public KeyValuePair<ColumnRole, string> Bind(string name) => new(this, name);
    }
}

/// <summary>Data of which it is known what the columns are for.</summary>
internal sealed class RoleMappedData
{
    public RoleMappedData(IDataView data, bool opt = false, params KeyValuePair<RoleMappedSchema.ColumnRole, string>[] roles)
    {
        Data = Contracts.CheckRef(data, nameof(data));
        Schema = new RoleMappedSchema(data.Schema, opt, roles);
    }

    public IDataView Data { get; }

    public RoleMappedSchema Schema { get; }
}

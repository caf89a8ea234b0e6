using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data.Offline;

/// <summary>A column, and the member of a class that holds its value.</summary>
internal sealed class TypedColumn
{
    private TypedColumn(string name, DataViewType type, MemberInfo member, DataViewSchema.Annotations annotations)
        => (Name, Type, Member, Annotations) = (name, type, member, annotations);

    public string Name { get; }

    public DataViewType Type { get; }

    public MemberInfo Member { get; }

    public DataViewSchema.Annotations Annotations { get; }

    public Type MemberType => TypedMembers.TypeOf(Member);

    public static TypedColumn[] Of(Type type, SchemaDefinition definition, SchemaDefinition.Direction direction)
        => [.. (definition ?? SchemaDefinition.Create(type, direction)).Select(column => Bind(type, column))];

    public static DataViewSchema SchemaOf(TypedColumn[] columns)
        => SchemaExtensions.MakeSchema(columns.Select(column => new DataViewSchema.DetachedColumn(column.Name, column.Type, column.Annotations)));

    public Func<TRow, TValue> Getter<TRow, TValue>()
    {
        var row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, TValue>>(Expression.MakeMemberAccess(row, Member), row).Compile();
    }

    /// <summary>Writes the member; null if it can only be read.</summary>
    public Action<TRow, TValue> Setter<TRow, TValue>()
    {
        if (Member is PropertyInfo property && property.GetSetMethod() is null)
            return null;
        var row = Expression.Parameter(typeof(TRow));
        var value = Expression.Parameter(typeof(TValue));
        return Expression.Lambda<Action<TRow, TValue>>(Expression.Assign(Expression.MakeMemberAccess(row, Member), value), row, value).Compile();
    }

    private static TypedColumn Bind(Type type, SchemaDefinition.Column column)
    {
        const string parameter = "userSchemaDefinition";
        var member = TypedMembers.Find(type, column.MemberName);
        var itemType = TypedMembers.ItemType(member, out bool isVector);
        string name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        var columnType = column.ColumnType ?? TypedMembers.ColumnType(member);
        bool wantsVector = columnType is VectorDataViewType;
        if (wantsVector != isVector)
        {
            throw Contracts.ExceptParam(parameter, "Column '{0}' is supposed to be {1}, but type of associated field '{2}' is {3}",
                name, Kind(wantsVector), column.MemberName, Kind(isVector));
        }

        if (columnType.GetItemType().RawType != itemType)
        {
            throw Contracts.ExceptParam(parameter, "Column '{0}' is supposed to have item type {1}, but associated field has type {2}",
                name, columnType.GetItemType().RawType, itemType);
        }

        return new TypedColumn(name, columnType, member, column.Annotations);
    }

    private static string Kind(bool isVector) => isVector ? "vector" : "scalar";
}

using System.Reflection;

namespace Microsoft.ML.Data.Offline;

/// <summary>Which members of a class are columns, and of what type.</summary>
internal static class TypedMembers
{
    public static IEnumerable<MemberInfo> Columns(Type type, SchemaDefinition.Direction direction)
    {
        Contracts.CheckValue(type, "userType");
        const BindingFlags flags = BindingFlags.Public | BindingFlags.Instance;
        var properties = type.GetProperties(flags).Where(property => property.GetIndexParameters().Length == 0
            && (direction.HasFlag(SchemaDefinition.Direction.Read) && property.GetGetMethod() is not null
                || direction.HasFlag(SchemaDefinition.Direction.Write) && property.GetSetMethod() is not null));
        return type.GetFields(flags).Concat<MemberInfo>(properties)
            .Where(member => TypeOf(member) != typeof(IChannel) && member.GetCustomAttribute<NoColumnAttribute>() is null);
    }

    public static MemberInfo Find(Type type, string name)
        => (MemberInfo)type.GetField(name) ?? type.GetProperty(name)
            ?? throw Contracts.ExceptParam("userSchemaDefinition", "No field or property with name '{0}' found in type '{1}'", name, type.FullName);

    public static Type TypeOf(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    /// <summary>The type of a member's values, or of its items if it is a vector, as getters write them.</summary>
    public static Type ItemType(MemberInfo member, out bool isVector)
    {
        var type = ItemType(TypeOf(member), out isVector);
        if (!type.TryGetDataKind(out _))
            throw Contracts.ExceptParam("rawType", "Could not determine an IDataView type and registered custom types for member {0}", member.Name);
        return type;
    }

    public static Type ItemType(Type type, out bool isVector)
    {
        bool isBuffer = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>);
        isVector = type.IsArray || isBuffer;
        if (isVector)
            type = type.IsArray ? type.GetElementType() : type.GetGenericArguments()[0];
        return type == typeof(string) ? typeof(ReadOnlyMemory<char>) : type;
    }

    public static DataViewType ColumnType(MemberInfo member)
    {
        var rawType = ItemType(member, out bool isVector);
        var itemType = ColumnTypeExtensions.PrimitiveTypeFromType(rawType);
        if (member.GetCustomAttribute<KeyTypeAttribute>() is { } key)
        {
            if (!KeyDataViewType.IsValidDataType(rawType))
                throw Contracts.ExceptParam("userType", "Member {0} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type", member.Name);
            itemType = new KeyDataViewType(rawType, key.KeyCount.Count.GetValueOrDefault());
        }

        var vector = member.GetCustomAttribute<VectorTypeAttribute>();
        if (vector is not null && !isVector)
            throw Contracts.ExceptParam("userType", $"Member {member.Name} marked with VectorTypeAttribute, but does not appear to be a vector type");
        if (!isVector)
            return itemType;
        return vector?.Dims is { Length: > 0 } dimensions ? new VectorDataViewType(itemType, dimensions) : new VectorDataViewType(itemType, 0);
    }
}

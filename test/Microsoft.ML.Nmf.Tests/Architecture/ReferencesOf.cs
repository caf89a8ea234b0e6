using System.Reflection;
using System.Reflection.Emit;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>Everything that the code of a type refers to: in its signatures and in the bodies of its methods.</summary>
internal static class ReferencesOf
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly OpCode[] _oneByte = new OpCode[256];
    private static readonly OpCode[] _twoByte = new OpCode[256];

    static ReferencesOf()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            ushort value = (ushort)code.Value;
            (value < 0x100 ? _oneByte : _twoByte)[value & 0xff] = code;
        }
    }

    /// <summary>The members and types, each once; type arguments and element types count on their own.</summary>
    public static IReadOnlyCollection<MemberInfo> Type(Type type)
    {
        var found = new HashSet<MemberInfo>();
        Add(type.BaseType);
        foreach (Type implemented in type.GetInterfaces())
            Add(implemented);
        foreach (FieldInfo field in type.GetFields(Declared))
            Add(field.FieldType);
        foreach (MethodBase method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
        {
            foreach (ParameterInfo parameter in method.GetParameters())
                Add(parameter.ParameterType);
            Add((method as MethodInfo)?.ReturnType);
            foreach (LocalVariableInfo local in method.GetMethodBody()?.LocalVariables ?? [])
                Add(local.LocalType);
            foreach (MemberInfo member in Body(method))
            {
                Add(member as Type ?? member.DeclaringType);
                if (member is not System.Type)
                    found.Add(member);
            }
        }

        return found;

        void Add(Type? referred)
        {
            if (referred is null || referred.IsGenericParameter)
                return;
            if (referred.HasElementType)
            {
                Add(referred.GetElementType());
                return;
            }

            foreach (Type argument in referred.GetGenericArguments())
            {
                if (argument != referred)
                    Add(argument);
            }

            found.Add(referred.IsGenericType ? referred.GetGenericTypeDefinition() : referred);
        }
    }

    /// <summary>The members and types in the body of a method; of a generic method its definition.</summary>
    public static IEnumerable<MemberInfo> Body(MethodBase method)
    {
        Type[]? ofType = method.DeclaringType?.GetGenericArguments(), ofMethod = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null;
        foreach (int token in Tokens(method))
        {
            MemberInfo? member = method.Module.ResolveMember(token, ofType, ofMethod);
            if (member is MethodInfo { IsGenericMethod: true } called)
                yield return called.GetGenericMethodDefinition();
            else if (member is not null)
                yield return member;
        }
    }

    // The metadata tokens of members and types in a body.
    private static IEnumerable<int> Tokens(MethodBase method)
    {
        byte[] body = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int at = 0; at < body.Length;)
        {
            OpCode code = body[at] == 0xfe ? _twoByte[body[at + 1]] : _oneByte[body[at]];
            at += code.Size;
            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(body, at);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(body, at);
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }
}

using System.Reflection;
using System.Reflection.Emit;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>Everything that the code of a type refers to: in its signatures and in the bodies of its methods.</summary>
internal static class ReferencesOf
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

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
        foreach (Instruction instruction in Instruction.Of(method))
        {
            if (instruction.Code.OperandType is not (OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType))
                continue;
            MemberInfo? member = method.Module.ResolveMember(instruction.Operand, ofType, ofMethod);
            if (member is MethodInfo { IsGenericMethod: true } called)
                yield return called.GetGenericMethodDefinition();
            else if (member is not null)
                yield return member;
        }
    }
}

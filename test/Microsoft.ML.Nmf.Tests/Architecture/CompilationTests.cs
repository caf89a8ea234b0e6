using System.Reflection;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>
/// A loop that the just-in-time compiler has not optimised runs up to forty times slower, and a short training ends before it has: so loops over data are
/// marked to be optimised at their first call, whatever the settings of the application.
/// </summary>
public class CompilationTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private const MethodImplAttributes Optimised = (MethodImplAttributes)0x200;

    [Fact]
    public void Every_loop_of_a_kernel_is_optimised_at_its_first_call()
        => Assert.Empty(from type in Rooms.Types
                        where Rooms.Find(type) is "Engine.Managed" or "Engine"
                        from method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared))
                        where method.Name != nameof(ToString) && Instruction.Of(method).Any(instruction => instruction.IsJumpBack)
                        where (method.MethodImplementationFlags & (Optimised | MethodImplAttributes.AggressiveInlining)) == 0
                        select $"{type}.{method.Name}");
}

using System.Reflection;
using System.Reflection.Emit;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>An instruction of the intermediate language in the body of a method.</summary>
/// <param name="Next">Where the next instruction begins, in bytes from the start of the body.</param>
/// <param name="Code">What it does.</param>
/// <param name="Operand">A metadata token, or the distance of a jump from <paramref name="Next"/>; 0 for operands of other kinds.</param>
internal readonly record struct Instruction(int Next, OpCode Code, int Operand)
{
    private static readonly OpCode[] _oneByte = new OpCode[256];
    private static readonly OpCode[] _twoByte = new OpCode[256];

    static Instruction()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            ushort value = (ushort)code.Value;
            (value < 0x100 ? _oneByte : _twoByte)[value & 0xff] = code;
        }
    }

    /// <summary>Whether it jumps back, as the end of a loop does.</summary>
    public bool IsJumpBack => Code.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget && Operand < 0;

    /// <summary>The instructions of a method, none where it has no body.</summary>
    public static IEnumerable<Instruction> Of(MethodBase method)
    {
        byte[] body = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int at = 0; at < body.Length;)
        {
            OpCode code = body[at] == 0xfe ? _twoByte[body[at + 1]] : _oneByte[body[at]];
            at += code.Size;
            (int size, int operand) = code.OperandType switch
            {
                OperandType.InlineNone => (0, 0),
                OperandType.ShortInlineBrTarget => (1, (sbyte)body[at]),
                OperandType.ShortInlineI or OperandType.ShortInlineVar => (1, 0),
                OperandType.InlineVar => (2, 0),
                OperandType.InlineI8 or OperandType.InlineR => (8, 0),
                OperandType.InlineSwitch => (4 + 4 * BitConverter.ToInt32(body, at), 0),
                _ => (4, BitConverter.ToInt32(body, at)),
            };
            at += size;
            yield return new Instruction(at, code, operand);
        }
    }
}

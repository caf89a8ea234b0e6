using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>The logarithm and the exponential of the kernels against those of the base library in double.</summary>
public class LaneMathTests
{
    // Without fused multiply-add there is one more rounding in each step of a polynomial.
    private static double Allowance => Fma.IsSupported || AdvSimd.IsSupported ? 1 : 1.1;

    [Fact]
    public void A_logarithm_is_right_to_one_unit_in_the_last_place()
    {
        foreach (float x in NormalValues())
        {
            double exact = Math.Log(x);
            Assert.True(Math.Abs(LaneMath.Log(Vector512.Create(x))[3] - exact) <= Allowance * UnitOf(exact), $"log {x:R}");
        }
    }

    [Fact]
    public void A_power_of_e_is_right_to_two_units_in_the_last_place()
    {
        for (float x = -87.3f; x < 88.3f; x += 0.00917f)
        {
            double exact = Math.Exp(x);
            Assert.True(Math.Abs(LaneMath.Exp(Vector512.Create(x))[5] - exact) <= 2 * Allowance * UnitOf(exact), $"exp {x:R}");
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(-88, 0)]
    [InlineData(0, 1)]
    [InlineData(89, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void A_power_of_e_saturates_at_its_ends(float x, float expected) => Assert.Equal(expected, LaneMath.Exp(Vector512.Create(x))[0]);

    [Fact]
    public void A_power_of_e_is_right_up_to_the_largest_number()
        => Assert.Equal(1, LaneMath.Exp(Vector512.Create(88.7f))[0] / Math.Exp(88.7f), 1e-5);

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-40f)]
    public void The_logarithm_of_zero_and_of_what_is_nearly_zero_is_minus_infinity(float x)
        => Assert.Equal(float.NegativeInfinity, LaneMath.Log(Vector512.Create(x))[0]);

    [Fact]
    public void The_logarithm_of_one_is_zero() => Assert.Equal(0, LaneMath.Log(Vector512<float>.One)[0]);

    [Theory]
    [InlineData(0.3f)]
    [InlineData(-0.7f)]
    [InlineData(1.7f)]
    [InlineData(-2.3f)]
    public void A_power_is_right_to_two_units_in_the_last_place(float exponent)
    {
        foreach (float x in NormalValues())
        {
            double exact = Math.Pow(x, exponent);
            if (exact is > 1.2e-38 and < 3.4e38)
                Assert.True(Math.Abs(LaneMath.Pow(Vector512.Create(x), Vector512.Create(exponent))[7] - exact) <= 2 * Allowance * UnitOf(exact), $"{x:R} to {exponent}");
        }
    }

    [Theory]
    [InlineData(4.1140207e22f, 1.7f)]
    [InlineData(2.0004417e-17f, -2.3f)]
    public void A_power_is_right_up_to_the_largest_number(float x, float exponent)
        => Assert.Equal(1, LaneMath.Pow(Vector512.Create(x), Vector512.Create(exponent))[4] / Math.Pow(x, exponent), 2e-7);

    [Theory]
    [InlineData(0, 0.3f, 0)]
    [InlineData(1e-40f, 2.5f, 0)]
    [InlineData(0, -0.3f, float.PositiveInfinity)]
    [InlineData(1, -0.3f, 1)]
    [InlineData(1e30f, 1.5f, float.PositiveInfinity)]
    [InlineData(1e-30f, 1.5f, 0)]
    [InlineData(1e-30f, -1.5f, float.PositiveInfinity)]
    [InlineData(float.NaN, 0.7f, float.NaN)]
    public void A_power_saturates_at_its_ends(float x, float exponent, float expected)
    {
        float power = LaneMath.Pow(Vector512.Create(x), Vector512.Create(exponent))[2];
        Assert.True(power.Equals(expected) || Math.Abs(power - expected) < 1e-37, $"{power}");
    }

    [Fact]
    public void An_inverse_root_is_right_to_two_units_in_the_last_place()
    {
        foreach (float x in NormalValues())
        {
            double exact = 1 / Math.Sqrt(x);
            Assert.True(Math.Abs(LaneMath.InverseRoot(Vector512.Create(x))[9] - exact) <= 2 * UnitOf(exact), $"1/√{x:R}");
        }
    }

    private static IEnumerable<float> NormalValues()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            yield return (float)Math.Exp(random.NextDouble() * 170 - 85);
            yield return 0.3f + 2.7f * random.NextSingle();
        }
    }

    private static double UnitOf(double value) => MathF.BitIncrement((float)Math.Abs(value)) - (float)Math.Abs(value);
}

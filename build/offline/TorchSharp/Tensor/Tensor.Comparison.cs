using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Comparisons, whose results are tensors of <see cref="bool"/>, and logic on such tensors.</summary>
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => target is null ? false : Aten.eq_Tensor.Call(this, target);

        public Tensor eq(Scalar target) => target is null ? false : Aten.eq_Scalar.Call(this, target);

        public Tensor eq_(Tensor target) => target is null ? false : Aten.eq__Tensor.InPlace(this, target);

        public Tensor eq_(Scalar target) => target is null ? false : Aten.eq__Scalar.InPlace(this, target);

        public Tensor equal(Tensor target) => eq(target);

        public Tensor ne(Tensor target) => Aten.ne_Tensor.Call(this, target);

        public Tensor ne(Scalar target) => Aten.ne_Scalar.Call(this, target);

        public Tensor ne_(Tensor target) => Aten.ne__Tensor.InPlace(this, target);

        public Tensor ne_(Scalar target) => Aten.ne__Scalar.InPlace(this, target);

        public Tensor not_equal(Tensor target) => ne(target);

        public Tensor not_equal_(Tensor target) => ne_(target);

        public Tensor lt(Tensor target) => Aten.lt_Tensor.Call(this, target);

        public Tensor lt(Scalar target) => Aten.lt_Scalar.Call(this, target);

        public Tensor lt_(Tensor target) => Aten.lt__Tensor.InPlace(this, target);

        public Tensor lt_(Scalar target) => Aten.lt__Scalar.InPlace(this, target);

        public Tensor less(Tensor target) => lt(target);

        public Tensor le(Tensor target) => Aten.le_Tensor.Call(this, target);

        public Tensor le(Scalar target) => Aten.le_Scalar.Call(this, target);

        public Tensor le_(Tensor target) => Aten.le__Tensor.InPlace(this, target);

        public Tensor le_(Scalar target) => Aten.le__Scalar.InPlace(this, target);

        public Tensor less_equal(Tensor target) => le(target);

        public Tensor less_equal_(Tensor target) => le_(target);

        public Tensor gt(Tensor target) => target is null ? false : Aten.gt_Tensor.Call(this, target);

        public Tensor gt(Scalar target) => target is null ? false : Aten.gt_Scalar.Call(this, target);

        public Tensor gt_(Tensor target) => target is null ? false : Aten.gt__Tensor.InPlace(this, target);

        public Tensor gt_(Scalar target) => target is null ? false : Aten.gt__Scalar.InPlace(this, target);

        public Tensor greater(Tensor target) => gt(target);

        public Tensor ge(Tensor target) => target is null ? false : Aten.ge_Tensor.Call(this, target);

        public Tensor ge(Scalar target) => target is null ? false : Aten.ge_Scalar.Call(this, target);

        public Tensor ge_(Tensor target) => target is null ? false : Aten.ge__Tensor.InPlace(this, target);

        public Tensor ge_(Scalar target) => target is null ? false : Aten.ge__Scalar.InPlace(this, target);

        public Tensor greater_equal(Tensor target) => ge(target);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => Aten.isclose.Call(this, other, rtol, atol, nanEqual);

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
            => target is not null && Aten.allclose.CallBool(this, target, rtol, atol, equal_nan);

        public bool Equals(Tensor target) => target is not null && Aten.equal.CallBool(this, target);

        public Tensor logical_and(Tensor other) => Aten.logical_and.Call(this, other);

        public Tensor logical_and_(Tensor other) => Aten.logical_and_.InPlace(this, other);

        public Tensor logical_or(Tensor other) => Aten.logical_or.Call(this, other);

        public Tensor logical_or_(Tensor other) => Aten.logical_or_.InPlace(this, other);

        public Tensor logical_xor(Tensor other) => Aten.logical_xor.Call(this, other);

        public Tensor logical_xor_(Tensor other) => Aten.logical_xor_.InPlace(this, other);

        public Tensor bitwise_and(Tensor other) => Aten.bitwise_and_Tensor.Call(this, other);

        public Tensor bitwise_and_(Tensor other) => Aten.bitwise_and__Tensor.InPlace(this, other);

        public Tensor bitwise_or(Tensor other) => Aten.bitwise_or_Tensor.Call(this, other);

        public Tensor bitwise_or_(Tensor other) => Aten.bitwise_or__Tensor.InPlace(this, other);

        public Tensor bitwise_xor(Tensor other) => Aten.bitwise_xor_Tensor.Call(this, other);

        public Tensor bitwise_xor_(Tensor other) => Aten.bitwise_xor__Tensor.InPlace(this, other);

        public Tensor bitwise_left_shift(Tensor other) => Aten.bitwise_left_shift_Tensor.Call(this, other);

        public Tensor bitwise_right_shift(Tensor other) => Aten.bitwise_right_shift_Tensor.Call(this, other);
    }
}

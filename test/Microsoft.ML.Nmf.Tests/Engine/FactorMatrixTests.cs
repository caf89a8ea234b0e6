using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class FactorMatrixTests
{
    [Fact]
    public void A_flat_array_is_read_row_after_row_and_copied()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var matrix = new FactorMatrix(values, 2, 3);
        values[5] = 7;
        Assert.Equal((2, 3), (matrix.Rows, matrix.Columns));
        Assert.Equal(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }, matrix.ToArray());
        Assert.Equal(new FactorMatrix(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Values, matrix.Values);
    }

    [Fact]
    public void A_matrix_may_be_empty()
    {
        var matrix = new FactorMatrix([], 0, 3);
        Assert.Equal((0, 3, 0), (matrix.Rows, matrix.Columns, matrix.Values.Length));
    }

    [Fact]
    public void A_flat_array_must_fit_the_shape()
    {
        Assert.Equal("values", Assert.Throws<ArgumentNullException>(() => new FactorMatrix(null!, 1, 1)).ParamName);
        Assert.Equal("rows", Assert.Throws<ArgumentOutOfRangeException>(() => new FactorMatrix([], -1, 0)).ParamName);
        Assert.Equal("columns", Assert.Throws<ArgumentOutOfRangeException>(() => new FactorMatrix([], 0, -1)).ParamName);
        ArgumentException problem = Assert.Throws<ArgumentException>(() => new FactorMatrix(new float[5], 2, 3));
        Assert.Equal("values", problem.ParamName);
        Assert.Contains("A matrix of 2 × 3 does not have 5 values.", problem.Message);
        Assert.Throws<ArgumentException>(() => new FactorMatrix([], 1 << 16, 1 << 16));
    }

    [Fact]
    public void The_product_is_that_of_the_matrices()
    {
        double[,] a = Naive.Random(7, 5, 1, 0.6), b = Naive.Random(5, 4, 2, 0.6);
        FactorMatrix product = Build.Matrix(a).Multiply(Build.Matrix(b));
        Assert.Equal((7, 4), (product.Rows, product.Columns));
        Near.Equal(Naive.Multiply(a, b), NeuralData.Read(product), 1e-6);
        Assert.Throws<ArgumentException>(() => Build.Matrix(a).Multiply(Build.Matrix(a)));
    }

    [Fact]
    public void Combined_columns_are_the_product_with_the_activations()
    {
        double[,] w = Naive.Random(7, 5, 3), h = Naive.Random(5, 1, 4);
        float[] activations = [.. h.Cast<double>().Select(value => (float)value)];
        Assert.Equal(Build.Matrix(w).Multiply(Build.Matrix(h)).Values, Build.Matrix(w).CombineColumns(activations));
        Assert.Equal("activations", Assert.Throws<ArgumentException>(() => Build.Matrix(w).CombineColumns(new float[4])).ParamName);
    }
}

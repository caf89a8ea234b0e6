using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>
/// Data of which the entries in some rows and some columns at once are held out (Owen and Perry 2009, <see href="https://doi.org/10.1214/08-AOAS227">equation
/// 2.1</see>): X is <c>[D B; Cᵀ A]</c> with the block D to be predicted from the other three.
/// </summary>
/// <param name="Rest">A: the other rows and columns, which are factorized.</param>
/// <param name="Rows">B: the rows of D in the other columns, which say what their activations are.</param>
/// <param name="Columns">C: the columns of D in the other rows, transposed, which say what their templates are.</param>
/// <param name="Held">D.</param>
internal sealed record HeldOutBlock(ExampleMatrix Rest, ExampleMatrix Rows, ExampleMatrix Columns, ExampleMatrix Held)
{
    /// <summary>Cuts the data, for each fold a block of its share of rows and of columns.</summary>
    /// <param name="examples">X.</param>
    /// <param name="folds">How many shares rows and columns are cut into.</param>
    /// <param name="seed">Which rows and columns are together.</param>
    /// <returns>One block for each fold, made when it is asked for. Together they hold each row and each column out once.</returns>
    public static IEnumerable<HeldOutBlock> Cut(ExampleMatrix examples, int folds, int seed)
    {
        var random = new Random(seed);
        int[] rowFolds = Deal(examples.Rows, folds, random), columnFolds = Deal(examples.Columns, folds, random);
        return Enumerable.Range(0, folds).Select(fold => Cut(examples, rowFolds, columnFolds, fold));
    }

    // As many of each fold as of any other, give or take one.
    private static int[] Deal(int count, int folds, Random random)
    {
        int[] dealt = [.. Enumerable.Range(0, count).Select(i => i % folds)];
        random.Shuffle(dealt);
        return dealt;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static HeldOutBlock Cut(ExampleMatrix examples, int[] rowFolds, int[] columnFolds, int fold)
    {
        // The place of each column among those that are held out, or among the others.
        int[] places = new int[columnFolds.Length];
        int held = 0;
        for (int j = 0; j < places.Length; j++)
            places[j] = columnFolds[j] == fold ? held++ : j - held;
        ExampleMatrixBuilder rest = new(places.Length - held), rows = new(places.Length - held), block = new(held);
        List<(int Row, float Value)>[] columns = [.. Enumerable.Range(0, held).Select(_ => new List<(int, float)>())];
        int[] features = new int[places.Length], heldFeatures = new int[held];
        float[] values = new float[places.Length], heldValues = new float[held];
        var read = new ExampleRows(examples);
        for (int i = 0; i < examples.Rows; i++)
        {
            int count = 0, heldCount = 0;
            read.Read(i);
            for (int p = 0; p < read.Count; p++)
            {
                int feature = read.Features[p];
                float value = read.Values[p];
                if (value == 0)
                    continue;
                if (columnFolds[feature] == fold)
                    (heldFeatures[heldCount], heldValues[heldCount++]) = (places[feature], value);
                else
                    (features[count], values[count++]) = (places[feature], value);
            }

            bool isHeld = rowFolds[i] == fold;
            if (isHeld)
                block.Add(heldFeatures.AsSpan(0, heldCount), heldValues.AsSpan(0, heldCount));
            for (int p = 0; !isHeld && p < heldCount; p++)
                columns[heldFeatures[p]].Add((rest.Rows, heldValues[p]));
            (isHeld ? rows : rest).Add(features.AsSpan(0, count), values.AsSpan(0, count));
        }

        ExampleMatrix aside = Transpose(columns, rest.Rows, examples.Unit);
        return new HeldOutBlock(rest.Build(examples.Unit), rows.Build(examples.Unit), aside, block.Build(examples.Unit));
    }

    private static ExampleMatrix Transpose(List<(int Row, float Value)>[] columns, int rows, double unit)
    {
        var builder = new ExampleMatrixBuilder(rows);
        foreach (List<(int Row, float Value)> column in columns)
            builder.Add([.. column.Select(entry => entry.Row)], [.. column.Select(entry => entry.Value)]);
        return builder.Build(unit);
    }
}

namespace Microsoft.ML.Nmf.Topics;

/// <summary>
/// The assignment of rows to columns, each to one at most and as many as there can be, with the largest sum of values: the Hungarian method (Kuhn 1955,
/// https://doi.org/10.1002/nav.3800020109) by shortest augmenting paths (Jonker and Volgenant 1987, https://doi.org/10.1007/BF02278710).
/// Cost rows² × columns, with no more rows than columns.
/// </summary>
internal static class OptimalAssignment
{
    /// <summary>Finds it.</summary>
    /// <param name="values">Rows × columns, finite.</param>
    /// <returns>The column of each row, −1 for a row that has none.</returns>
    public static int[] Largest(double[,] values)
    {
        int rows = values.GetLength(0), columns = values.GetLength(1);
        if (rows <= columns)
            return Assign(rows, columns, (i, j) => -values[i, j]);
        var assigned = new int[rows];
        Array.Fill(assigned, -1);
        int[] rowOf = Assign(columns, rows, (i, j) => -values[j, i]);
        for (int j = 0; j < columns; j++)
            assigned[rowOf[j]] = j;
        return assigned;
    }

    // The column of each row with the smallest sum of costs. Row and column 0 stand for none, so that all others are numbered from 1 on.
    private static int[] Assign(int rows, int columns, Func<int, int, double> cost)
    {
        var rowPrices = new double[rows + 1];
        var columnPrices = new double[columns + 1];
        var rowOf = new int[columns + 1];
        var before = new int[columns + 1];
        var distances = new double[columns + 1];
        var isDone = new bool[columns + 1];
        for (int i = 1; i <= rows; i++)
        {
            rowOf[0] = i;
            Array.Fill(distances, double.PositiveInfinity);
            Array.Clear(isDone);
            int column = 0;
            while (rowOf[column] != 0)
            {
                isDone[column] = true;
                int row = rowOf[column], nearest = 0;
                for (int j = 1; j <= columns; j++)
                {
                    if (isDone[j])
                        continue;
                    double reduced = cost(row - 1, j - 1) - rowPrices[row] - columnPrices[j];
                    if (reduced < distances[j])
                    {
                        distances[j] = reduced;
                        before[j] = column;
                    }

                    if (nearest == 0 || distances[j] < distances[nearest])
                        nearest = j;
                }

                double step = distances[nearest];
                for (int j = 0; j <= columns; j++)
                {
                    if (isDone[j])
                    {
                        rowPrices[rowOf[j]] += step;
                        columnPrices[j] -= step;
                    }
                    else
                    {
                        distances[j] -= step;
                    }
                }

                column = nearest;
            }

            // Back along the path: each column on it takes the row of the one before.
            for (; column != 0; column = before[column])
                rowOf[column] = rowOf[before[column]];
        }

        var columnOf = new int[rows];
        for (int j = 1; j <= columns; j++)
        {
            if (rowOf[j] != 0)
                columnOf[rowOf[j] - 1] = j - 1;
        }

        return columnOf;
    }
}

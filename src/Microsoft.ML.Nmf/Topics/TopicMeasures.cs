namespace Microsoft.ML.Nmf.Topics;

/// <summary>What templates alone tell about topics.</summary>
internal static class TopicMeasures
{
    /// <summary>The cosine of every two columns; 0 with a column of zeros.</summary>
    public static double[,] Cosines(FactorMatrix templates) => Cosines(templates, templates, [.. Enumerable.Range(0, templates.Rows)]);

    /// <summary>The cosine of every column of one matrix with every column of another; 0 with a column of zeros.</summary>
    /// <param name="first">m × r.</param>
    /// <param name="second">m' × r'.</param>
    /// <param name="rows">For each row of the second matrix the one of the first that it belongs to; −1 for one that the first has not.</param>
    public static double[,] Cosines(FactorMatrix first, FactorMatrix second, int[] rows)
    {
        double[,] cosines = InnerProducts(first, second, rows);
        Divide(cosines, Norms(first), Norms(second));
        return cosines;
    }

    /// <summary>(√m − ‖w‖₁ / ‖w‖₂) / (√m − 1) of every column of m values; NaN for a column of zeros and for m = 1.</summary>
    public static double[] HoyerSparsity(FactorMatrix templates)
    {
        double root = Math.Sqrt(templates.Rows);
        return [.. templates.ColumnMagnitudes().Zip(Norms(templates), (sum, norm) => norm > 0 && templates.Rows > 1 ? (root - sum / norm) / (root - 1) : double.NaN)];
    }

    /// <summary>The mean of φ_kw / Σ_j φ_jw over the words of each topic, with φ_kw the word's share of the topic; NaN for a topic without words.</summary>
    public static double[] Exclusivity(FactorMatrix templates, TopicWord[][] topics)
    {
        double[] sums = templates.ColumnMagnitudes();
        return [.. topics.Select((words, k) => words.Length == 0 ? double.NaN : words.Average(word => ShareOf(word.Feature, k)))];

        double ShareOf(int feature, int topic)
        {
            ReadOnlySpan<float> weights = templates.Row(feature);
            double total = 0;
            for (int j = 0; j < weights.Length; j++)
                total += sums[j] > 0 ? Math.Max(weights[j], 0) / sums[j] : 0;
            return weights[topic] / sums[topic] / total;
        }
    }

    /// <summary>How many different words there are among those of all topics, as a share; NaN without words.</summary>
    public static double Diversity(TopicWord[][] topics)
    {
        int[] features = [.. topics.SelectMany(words => words.Select(word => word.Feature))];
        return features.Length == 0 ? double.NaN : (double)features.Distinct().Count() / features.Length;
    }

    /// <summary>The inner product of every column of one matrix with every column of another, in double.</summary>
    /// <param name="first">m × r.</param>
    /// <param name="second">m' × r'.</param>
    /// <param name="rows">For each row of the second matrix the one of the first that it belongs to; −1 for one that the first has not.</param>
    public static double[,] InnerProducts(FactorMatrix first, FactorMatrix second, int[] rows)
    {
        var products = new double[first.Columns, second.Columns];
        for (int j = 0; j < rows.Length; j++)
        {
            if (rows[j] < 0)
                continue;
            ReadOnlySpan<float> left = first.Row(rows[j]), right = second.Row(j);
            for (int k = 0; k < left.Length; k++)
            {
                for (int l = 0; left[k] != 0 && l < right.Length; l++)
                    products[k, l] += (double)left[k] * right[l];
            }
        }

        return products;
    }

    private static double[] Norms(FactorMatrix templates)
    {
        var norms = new double[templates.Columns];
        for (int j = 0; j < templates.Rows; j++)
        {
            ReadOnlySpan<float> row = templates.Row(j);
            for (int k = 0; k < row.Length; k++)
                norms[k] += (double)row[k] * row[k];
        }

        return [.. norms.Select(Math.Sqrt)];
    }

    private static void Divide(double[,] products, double[] first, double[] second)
    {
        for (int k = 0; k < first.Length; k++)
        {
            for (int l = 0; l < second.Length; l++)
                products[k, l] = products[k, l] > 0 ? Math.Min(products[k, l] / (first[k] * second[l]), 1) : 0;
        }
    }
}

using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The order in which a model has its topics: by prevalence, most prevalent first, of equal ones the one that was first.</summary>
internal static class TopicOrder
{
    /// <summary>
    /// Brings the layers of a factorization into order. A layer stays as it is where it, or the layer after it, started from templates that were given: those say
    /// which component is which.
    /// </summary>
    /// <param name="templates">The templates of each layer, from the features on, to change in place.</param>
    /// <param name="moments">The activations of each layer, to change in place.</param>
    /// <param name="isGiven">Whether a layer started from given templates.</param>
    /// <param name="first">How many topics of the first layer stay before all others, as they are.</param>
    /// <returns>The order of each layer: for each topic, where it was.</returns>
    public static int[][] Arrange(FactorMatrix[] templates, ActivationMoments[] moments, Func<int, bool> isGiven, int first = 0)
    {
        var orders = new int[templates.Length][];
        FactorMatrix? effective = null;
        for (int i = 0; i < templates.Length; i++)
        {
            effective = effective is null ? templates[i] : effective.Multiply(templates[i]);
            bool isKept = isGiven(i) || (i + 1 < templates.Length && isGiven(i + 1));
            int[] order = orders[i] = [.. Enumerable.Range(0, templates[i].Columns)];
            if (isKept)
                continue;
            double[] prevalence = moments[i].Prevalence(effective.ColumnMagnitudes());
            order = orders[i] = [.. order.OrderByDescending(k => i == 0 && k < first).ThenByDescending(k => i == 0 && k < first ? 0 : prevalence[k])];
            templates[i] = templates[i].TakeColumns(order);
            effective = i == 0 ? templates[0] : effective.TakeColumns(order);
            moments[i] = moments[i].Take(order);
            if (i + 1 < templates.Length)
                templates[i + 1] = templates[i + 1].TakeRows(order);
        }

        return orders;
    }
}

namespace Microsoft.ML.Trainers.Offline;

/// <summary>Minimizes a loss by steps in directions that the last steps have taught.</summary>
internal static class LbfgsOptimizer
{
    // How much an older improvement counts beside the next one.
    private const double Memory = 0.25;

    /// <param name="host">Who is asked whether to go on.</param>
    /// <param name="channel">Who is told of the end.</param>
    /// <param name="loss">What is minimized.</param>
    /// <param name="settings">How it is minimized.</param>
    /// <param name="initial">Where it starts; the array is used up.</param>
    public static float[] Minimize(IHost host, IChannel channel, SoftmaxLoss loss, LbfgsSettings settings, float[] initial)
    {
        if (settings.EnforcesNonNegativity)
        {
            foreach (ref float weight in initial.AsSpan(settings.BiasCount))
                weight = MathF.Max(weight, 0);
        }

        LbfgsState state = settings.L1 > 0 ? new OrthantState(loss, settings, initial) : new SmoothState(loss, settings, initial);
        state.Start();
        for (double mean = 0; ; mean *= Memory)
        {
            host.CheckAlive();
            if (!Step(state))
            {
                channel.Trace("The minimization cannot be continued after {0} iterations; its tolerance may be too small.", state.Iteration);
                return state.Best;
            }

            mean += state.LastValue - state.Value;
            double improvement = mean * (1 - Memory) / (1 - Math.Pow(Memory, state.Iteration));
            if (improvement < settings.Tolerance || state.Iteration >= settings.MaximumNumberOfIterations || !state.Shift())
                return state.Best;
        }
    }

    // Where the search gives up, the last steps may have taught something wrong: it starts anew without them.
    private static bool Step(LbfgsState state)
    {
        state.UpdateDirection();
        var result = state.Search(isForced: false);
        if (result == SearchResult.Failed)
        {
            state.History.Clear();
            state.UpdateDirection();
            result = state.Search(isForced: true);
        }

        return result == SearchResult.Found;
    }
}

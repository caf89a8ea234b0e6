namespace Microsoft.ML.Trainers.Offline;

/// <summary>Without L1: steps that meet the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, chapter 3).</summary>
internal sealed class SmoothState(SoftmaxLoss loss, LbfgsSettings settings, float[] initial) : LbfgsState(loss, settings, initial)
{
    private const float SufficientDecrease = 1e-4f;
    private const float CurvatureCondition = 0.9f;
    private const float LeastChange = 0.01f;
    private const int MaximumZoomSteps = 10;

    protected override bool FixesZeros => Settings.EnforcesNonNegativity;

    public override SearchResult Search(bool isForced)
    {
        float slope = (float)Dot(Direction, Gradient);
        if (slope == 0)
            return SearchResult.Converged;
        if (!(slope < 0))
            return isForced ? SearchResult.Converged : SearchResult.Failed;

        var start = new Trial(0, LastValue, slope);
        var last = start;
        for (float step = FirstStep(); ; step *= 2)
        {
            var trial = Try(step);
            while (float.IsPositiveInfinity(trial.Value))
                trial = Try(step /= 2);
            if (!IsLowEnough(trial, start) || last.Step > 0 && trial.Value >= last.Value)
                return Zoom(start, last, trial, isForced);
            if (IsFlatEnough(trial, start))
                return SearchResult.Found;
            if (trial.Slope >= 0)
                return Zoom(start, trial, last, isForced);
            last = trial;
        }
    }

    protected override float SteepestDescent(int i)
        => Settings.EnforcesNonNegativity && X[i] <= 0 ? -MathF.Min(Gradient[i], 0) : -Gradient[i];

    private SearchResult Zoom(Trial start, Trial low, Trial high, bool isForced)
    {
        for (int steps = 0; steps < MaximumZoomSteps || isForced; steps++)
        {
            var trial = Try(Between(low, high));
            if (!IsLowEnough(trial, start) || trial.Value >= low.Value)
            {
                if (high.Step == trial.Step)
                    return isForced ? SearchResult.Converged : SearchResult.Failed;
                high = trial;
                continue;
            }

            if (IsFlatEnough(trial, start))
                return SearchResult.Found;
            if (trial.Slope * (high.Step - low.Step) >= 0)
                high = low;
            if (low.Step == trial.Step)
                return isForced ? SearchResult.Converged : SearchResult.Failed;
            low = trial;
        }

        return SearchResult.Failed;
    }

    private Trial Try(float step)
    {
        ForEach(i => NewX[i] = Settings.EnforcesNonNegativity ? MathF.Max(0, X[i] + step * Direction[i]) : X[i] + step * Direction[i]);
        Value = Evaluate(NewX, NewGradient);
        Contracts.Check(!float.IsNaN(Value), "Optimizer unable to proceed with the value of its loss function");
        return new(step, Value, (float)Dot(Direction, NewGradient));
    }

    // The minimum of the cubic through both, but not too near to either.
    private static float Between(Trial low, Trial high)
    {
        var (left, right) = low.Step < high.Step ? (low, high) : (high, low);
        float step = left.Slope > 0 && right.Slope < 0
            ? low.Value < high.Value ? low.Step : high.Step
            : CubicMinimum(low, high);
        if (!float.IsFinite(step))
            step = (low.Step + high.Step) / 2;
        float upper = LeastChange * left.Step + (1 - LeastChange) * right.Step;
        float lower = LeastChange * right.Step + (1 - LeastChange) * left.Step;
        return MathF.Max(MathF.Min(step, upper), lower);
    }

    private static float CubicMinimum(Trial a, Trial b)
    {
        double t1 = a.Slope + b.Slope - 3 * (a.Value - b.Value) / (a.Step - b.Step);
        double t2 = Math.Sign(b.Step - a.Step) * Math.Sqrt(t1 * t1 - a.Slope * b.Slope);
        return (float)(b.Step - (b.Step - a.Step) * (b.Slope + t2 - t1) / (b.Slope - a.Slope + 2 * t2));
    }

    private static bool IsLowEnough(Trial trial, Trial start) => trial.Value <= start.Value + SufficientDecrease * start.Slope * trial.Step;

    private static bool IsFlatEnough(Trial trial, Trial start) => MathF.Abs(trial.Slope) <= -CurvatureCondition * start.Slope;

    private readonly record struct Trial(float Step, float Value, float Slope);
}

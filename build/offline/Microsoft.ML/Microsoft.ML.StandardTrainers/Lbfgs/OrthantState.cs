namespace Microsoft.ML.Trainers.Offline;

/// <summary>With L1: orthant-wise steps, in which no weight changes its sign (Andrew and Gao 2007).</summary>
internal sealed class OrthantState(SoftmaxLoss loss, LbfgsSettings settings, float[] initial) : LbfgsState(loss, settings, initial)
{
    private const float SufficientDecrease = 1e-4f;
    private const int MaximumSteps = 8;

    protected override bool FixesZeros => true;

    public override SearchResult Search(bool isForced)
    {
        double slope = -Dot(Direction, Descent);
        if (slope == 0)
            return SearchResult.Converged;
        if (!(slope < 0))
            return isForced ? SearchResult.Converged : SearchResult.Failed;

        float step = FirstStep();
        double gain = Move(step);
        if (gain < 0)
        {
            ForEach(i => Direction[i] = Descent[i] * Direction[i] < 0 && i >= Settings.BiasCount ? 0 : Direction[i]);
            gain = Move(step);
        }

        for (int steps = 1; ; steps++)
        {
            Value = Evaluate(NewX, NewGradient);
            if (Value <= LastValue - SufficientDecrease * gain)
                return SearchResult.Found;
            if (!isForced && steps == MaximumSteps)
                return SearchResult.Failed;
            gain = Move(step *= 0.25f);
        }
    }

    protected override float Evaluate(float[] x, float[] gradient)
    {
        double sum = Chunks.Sum(x.Length, Settings.Parallel, (start, length) =>
        {
            double ofChunk = 0;
            for (int i = Math.Max(start, Settings.BiasCount); i < start + length; i++)
                ofChunk += MathF.Abs(x[i]);
            return ofChunk;
        });
        return (float)(Settings.L1 * sum) + base.Evaluate(x, gradient);
    }

    protected override float SteepestDescent(int i)
    {
        float descent = -Gradient[i];
        if (i < Settings.BiasCount)
            return descent;
        if (X[i] > 0)
            return descent - Settings.L1;
        if (Settings.EnforcesNonNegativity)
            return MathF.Max(descent - Settings.L1, 0);
        if (X[i] < 0)
            return descent + Settings.L1;
        return descent > Settings.L1 ? descent - Settings.L1 : descent < -Settings.L1 ? descent + Settings.L1 : 0;
    }

    // Goes to a new point, and says how far that is along the steepest descent.
    private double Move(float step)
    {
        ForEach(i =>
        {
            float moved = X[i] + step * Direction[i];
            bool leavesOrthant = i >= Settings.BiasCount && (Settings.EnforcesNonNegativity ? moved < 0 : X[i] * moved < 0);
            NewX[i] = leavesOrthant ? 0 : moved;
        });
        return Dot(Descent, NewX) - Dot(Descent, X);
    }
}

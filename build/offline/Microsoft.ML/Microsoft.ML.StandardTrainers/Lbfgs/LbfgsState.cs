namespace Microsoft.ML.Trainers.Offline;

internal enum SearchResult
{
    Found,
    Failed,
    Converged,
}

/// <summary>Where a minimization is, and how it takes its next step.</summary>
internal abstract class LbfgsState
{
    private readonly SoftmaxLoss _loss;

    protected LbfgsState(SoftmaxLoss loss, LbfgsSettings settings, float[] initial)
    {
        _loss = loss;
        Settings = settings;
        History = new(settings.HistorySize, settings.Parallel);
        (X, Gradient) = (initial, new float[initial.Length]);
        (NewX, NewGradient) = (new float[initial.Length], new float[initial.Length]);
        (Direction, Descent) = (new float[initial.Length], new float[initial.Length]);
    }

    public LbfgsSettings Settings { get; }

    public LbfgsHistory History { get; }

    /// <summary>From 1.</summary>
    public int Iteration { get; private set; } = 1;

    public float LastValue { get; private set; }

    public float Value { get; protected set; }

    /// <summary>The point with the smaller value.</summary>
    public float[] Best => Value <= LastValue ? NewX : X;

    protected float[] X { get; private set; }

    protected float[] Gradient { get; private set; }

    protected float[] NewX { get; private set; }

    protected float[] NewGradient { get; private set; }

    protected float[] Direction { get; }

    /// <summary>The direction of the steepest descent.</summary>
    protected float[] Descent { get; }

    public void Start()
    {
        Value = LastValue = Evaluate(X, Gradient);
        Contracts.Check(float.IsFinite(Value), "Optimizer unable to proceed with the value of its loss function");
        X.CopyTo(NewX);
    }

    /// <summary>Makes the new point the current one; false if the step tells nothing of the curvature.</summary>
    public bool Shift()
    {
        if (!History.Add(X, NewX, Gradient, NewGradient))
            return false;
        (X, NewX) = (NewX, X);
        (Gradient, NewGradient) = (NewGradient, Gradient);
        (Value, LastValue) = (LastValue, Value);
        Iteration++;
        return true;
    }

    public void UpdateDirection()
    {
        ForEach(i => Direction[i] = Descent[i] = SteepestDescent(i));
        History.MapByInverseHessian(Direction);
        if (FixesZeros)
            ForEach(i => Direction[i] = Descent[i] == 0 ? 0 : Direction[i]);
    }

    /// <summary>Looks along the direction for a point that is enough better.</summary>
    /// <param name="isForced">Whether to go on where the search would give up.</param>
    public abstract SearchResult Search(bool isForced);

    protected abstract bool FixesZeros { get; }

    protected abstract float SteepestDescent(int i);

    protected virtual float Evaluate(float[] x, float[] gradient) => _loss.Evaluate(x, gradient);

    protected float FirstStep() => Iteration == 1 ? (float)(1 / Math.Sqrt(Dot(Direction, Direction))) : 1;

    protected double Dot(float[] a, float[] b) => Chunks.Dot(a, b, Settings.Parallel);

    protected void ForEach(Action<int> action) => Chunks.For(X.Length, Settings.Parallel, (start, length) =>
    {
        for (int i = start; i < start + length; i++)
            action(i);
    });
}

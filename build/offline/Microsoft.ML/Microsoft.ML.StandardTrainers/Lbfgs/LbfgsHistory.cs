namespace Microsoft.ML.Trainers.Offline;

/// <summary>The last steps, and how the gradient changed over each: what is known of the curvature.</summary>
internal sealed class LbfgsHistory(int capacity, ParallelOptions parallel)
{
    private readonly List<Step> _steps = [];

    public void Clear() => _steps.Clear();

    /// <summary>Adds a step; false if it tells nothing of the curvature.</summary>
    public bool Add(float[] x, float[] newX, float[] gradient, float[] newGradient)
    {
        // The oldest step makes room for the newest.
        var step = _steps.Count < capacity ? new Step(new float[x.Length], new float[x.Length]) : _steps[0];
        _steps.Remove(step);

        Chunks.For(x.Length, parallel, (start, length) =>
        {
            for (int i = start; i < start + length; i++)
            {
                step.X[i] = newX[i] - x[i];
                step.Gradient[i] = newGradient[i] - gradient[i];
            }
        });
        step.Curvature = Chunks.Dot(step.X, step.Gradient, parallel);
        _steps.Add(step);
        return step.Curvature != 0;
    }

    /// <summary>Multiplies a direction by the approximate inverse of the Hessian.</summary>
    public void MapByInverseHessian(float[] direction)
    {
        var steps = _steps.Where(step => step.Curvature > 0).ToArray();
        if (steps.Length == 0)
            return;

        var alphas = new double[steps.Length];
        for (int i = steps.Length - 1; i >= 0; i--)
        {
            alphas[i] = -Chunks.Dot(steps[i].X, direction, parallel) / steps[i].Curvature;
            Chunks.AddScaled(direction, steps[i].Gradient, (float)alphas[i], parallel);
        }

        var last = steps[^1];
        float scale = (float)(last.Curvature / Chunks.Dot(last.Gradient, last.Gradient, parallel));
        Chunks.For(direction.Length, parallel, (start, length) => VectorMath.Scale(direction.AsSpan(start, length), scale));
        for (int i = 0; i < steps.Length; i++)
        {
            double beta = Chunks.Dot(steps[i].Gradient, direction, parallel) / steps[i].Curvature;
            Chunks.AddScaled(direction, steps[i].X, (float)(-alphas[i] - beta), parallel);
        }
    }

    private sealed class Step(float[] x, float[] gradient)
    {
        public float[] X => x;

        public float[] Gradient => gradient;

        public double Curvature { get; set; }
    }
}

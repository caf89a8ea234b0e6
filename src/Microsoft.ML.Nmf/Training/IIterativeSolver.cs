namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// One step of a training at a time. What an evaluation computes on the way, the step after it uses: evaluating before every
/// step costs little more than not evaluating at all.
/// </summary>
internal interface IIterativeSolver
{
    /// <summary>The objective and the divergence where the solver stands.</summary>
    (double Objective, double Divergence) Evaluate();

    /// <summary>Makes one iteration, which must not raise the objective unless the stopping rule allows it.</summary>
    void Advance();

    /// <summary>Whether further iterations would change nothing, or nothing for the better.</summary>
    bool IsFinished => false;
}

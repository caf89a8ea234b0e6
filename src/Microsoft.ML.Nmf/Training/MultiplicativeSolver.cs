using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β ≠ 2: multiplicative updates of the templates, then of the activations with the new templates (Févotte and Idier 2011). The terms for
/// the templates and the divergence come from one pass over the data.
/// </summary>
internal sealed class MultiplicativeSolver : IIterativeSolver, IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly FactorPair _factors;
    private readonly double _beta;
    private readonly Penalty _templatePenalty;
    private readonly Penalty _activationPenalty;
    private readonly MultiplicativeTerms _templateTerms;
    private readonly MultiplicativeTerms _activationTerms;
    private readonly bool _areTemplatesFixed;
    private bool _isEvaluated;

    /// <summary>Prepares a solver; the factors stay the caller's.</summary>
    public MultiplicativeSolver(ComputeEngine engine, FactorPair factors, NmfSettings settings)
    {
        _engine = engine;
        _factors = factors;
        _beta = settings.Beta;
        _areTemplatesFixed = settings.AreTemplatesFixed;
        _templatePenalty = settings.TemplatePenalty;
        _activationPenalty = settings.ActivationPenalty;
        _templateTerms = engine.AllocateTerms(factors.Templates.Rows, settings.Rank, _beta);
        _activationTerms = engine.AllocateTerms(factors.Activations.Rows, settings.Rank, _beta);
    }

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate()
    {
        double divergence = Math.Max(TermsOfTemplates(evaluate: true), 0);
        _isEvaluated = true;
        return (divergence + _engine.PenaltyOf(_factors.Templates, _templatePenalty) + _engine.PenaltyOf(_factors.Activations, _activationPenalty), divergence);
    }

    /// <inheritdoc />
    public void Advance()
    {
        if (!_areTemplatesFixed)
        {
            if (!_isEvaluated)
                TermsOfTemplates(evaluate: false);
            _engine.MultiplicativeUpdate(_factors.Templates, _templateTerms, _templatePenalty, _beta);
        }

        _isEvaluated = false;
        UpdateActivations();
    }

    /// <summary>Updates the activations for the templates as they are.</summary>
    public void UpdateActivations()
    {
        _engine.Terms(_factors.Data, _factors.Activations, _factors.Templates, _beta, _activationTerms, evaluate: false);
        _engine.MultiplicativeUpdate(_factors.Activations, _activationTerms, _activationPenalty, _beta);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _templateTerms.Dispose();
        _activationTerms.Dispose();
    }

    private double TermsOfTemplates(bool evaluate)
        => _engine.Terms(_factors.Data.Transposed, _factors.Templates, _factors.Activations, _beta, _templateTerms, evaluate);
}

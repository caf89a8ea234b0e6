using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β = 2: alternates between the templates and the activations, each updated from the Gram matrix of the other factor and one product with the
/// data. X̂ is never formed.
/// </summary>
internal sealed class EuclideanSolver : IIterativeSolver, IDisposable
{
    // The more of these the closer an iteration comes to exact alternation; the engine stops sweeps that gain little.
    private const int CoordinateDescentSweeps = 3;

    private readonly ComputeEngine _engine;
    private readonly NmfSolver _method;
    private readonly FactorPair _factors;
    private readonly Penalty _templatePenalty;
    private readonly Penalty _activationPenalty;
    private readonly Gram _gramOfTemplates;
    private readonly Gram _gramOfActivations;
    private readonly MultiplicativeTerms _templateTerms;
    private readonly MultiplicativeTerms _activationTerms;
    private readonly bool _areTemplatesFixed;
    private bool _isEvaluated;

    /// <summary>Prepares a solver; the factors stay the caller's.</summary>
    public EuclideanSolver(ComputeEngine engine, FactorPair factors, NmfSettings settings)
    {
        _engine = engine;
        _factors = factors;
        _method = settings.Solver;
        _areTemplatesFixed = settings.AreTemplatesFixed;
        _templatePenalty = settings.TemplatePenalty;
        _activationPenalty = settings.ActivationPenalty;
        _gramOfTemplates = engine.AllocateGram(settings.Rank);
        _gramOfActivations = engine.AllocateGram(settings.Rank);
        _templateTerms = AllocateTerms(factors.Templates);
        _activationTerms = AllocateTerms(factors.Activations);
        engine.Gram(factors.Templates, _gramOfTemplates);
    }

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate()
    {
        _engine.Gram(_factors.Activations, _gramOfActivations);
        _engine.Product(_factors.Data.Transposed, _factors.Activations, _templateTerms.Numerator);
        _isEvaluated = true;
        double divergence = EuclideanDivergence.Compute(_engine, _factors, _engine.Inner(_templateTerms.Numerator, _factors.Templates), _gramOfActivations, _gramOfTemplates);
        return (divergence + _engine.PenaltyOf(_factors.Templates, _templatePenalty) + _engine.PenaltyOf(_factors.Activations, _activationPenalty), divergence);
    }

    /// <inheritdoc />
    public void Advance()
    {
        if (!_areTemplatesFixed)
            UpdateTemplates();
        _isEvaluated = false;
        UpdateActivations();
    }

    /// <summary>Updates the activations for the templates as they are.</summary>
    public void UpdateActivations()
    {
        _engine.Product(_factors.Data, _factors.Templates, _activationTerms.Numerator);
        Update(_factors.Activations, _gramOfTemplates, _activationTerms, _activationPenalty);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _gramOfTemplates.Dispose();
        _gramOfActivations.Dispose();
        _templateTerms.Dispose();
        _activationTerms.Dispose();
    }

    private void UpdateTemplates()
    {
        if (!_isEvaluated)
        {
            _engine.Gram(_factors.Activations, _gramOfActivations);
            _engine.Product(_factors.Data.Transposed, _factors.Activations, _templateTerms.Numerator);
        }

        Update(_factors.Templates, _gramOfActivations, _templateTerms, _templatePenalty);
        _engine.Gram(_factors.Templates, _gramOfTemplates);
    }

    // Only a multiplicative update needs a denominator of the factor's size.
    private MultiplicativeTerms AllocateTerms(Factor factor)
        => new(_engine.Allocate(factor.Rows, factor.Rank), _engine.Allocate(_method == NmfSolver.MultiplicativeUpdates ? factor.Rows : 1, factor.Rank));

    private void Update(Factor factor, Gram gram, MultiplicativeTerms terms, Penalty penalty)
    {
        switch (_method)
        {
            case NmfSolver.MultiplicativeUpdates:
                _engine.Product(factor, gram, terms.Denominator);
                _engine.MultiplicativeUpdate(factor, terms, penalty, BetaDivergence.Euclidean);
                break;
            case NmfSolver.AlternatingLeastSquares:
                _engine.NonnegativeLeastSquares(factor, gram, terms.Numerator, penalty);
                break;
            default:
                _engine.CoordinateDescent(factor, gram, terms.Numerator, penalty, CoordinateDescentSweeps);
                break;
        }
    }
}

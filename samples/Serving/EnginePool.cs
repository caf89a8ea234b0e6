using System.Collections.Concurrent;
using Microsoft.ML;

namespace Serving;

/// <summary>
/// Prediction engines of one model, each used by one request at a time: what <c>PredictionEnginePool</c> of Microsoft.Extensions.ML is, for feeds without that
/// package.
/// </summary>
internal sealed class EnginePool<TInput, TOutput>(MLContext context, ITransformer model) : IDisposable
    where TInput : class
    where TOutput : class, new()
{
    // More do not help: each keeps a processor busy.
    private static readonly int _most = 2 * Environment.ProcessorCount;

    private readonly ConcurrentBag<PredictionEngine<TInput, TOutput>> _idle = [];
    private volatile bool _isDisposed;

    /// <summary>Predicts on any thread.</summary>
    public TOutput Predict(TInput input)
    {
        PredictionEngine<TInput, TOutput> engine = _idle.TryTake(out PredictionEngine<TInput, TOutput>? idle)
            ? idle
            : context.Model.CreatePredictionEngine<TInput, TOutput>(model);
        TOutput output;
        try
        {
            output = engine.Predict(input);
        }
        catch
        {
            engine.Dispose();
            throw;
        }

        _idle.Add(engine);
        if (_isDisposed || _idle.Count > _most)
            DisposeOne();
        return output;
    }

    /// <summary>Disposes the engines; those that predict at the moment when they are done.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        while (DisposeOne())
        {
        }
    }

    private bool DisposeOne()
    {
        if (!_idle.TryTake(out PredictionEngine<TInput, TOutput>? engine))
            return false;
        engine.Dispose();
        return true;
    }
}

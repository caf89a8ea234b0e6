using Microsoft.ML.Contract.Core.Component;
using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contract.Core;

public sealed class CancellationTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Cancelled_context_throws_at_the_next_check()
    {
        int rows = 0;
        var estimator = new ScaleEstimator(_ml, "B", "Values", 3)
        {
            BetweenRows = () =>
            {
                if (++rows == 2)
                    _ml.CancelExecution();
            },
        };
        var thrown = Assert.Throws<OperationCanceledException>(() => estimator.Fit(_ml.Pixels()));
        Assert.Equal("Operation was canceled.", thrown.Message);
        Assert.Equal(2, rows);
    }

    [Fact]
    public void Cancelled_context_stays_cancelled()
    {
        _ml.CancelExecution();
        var host = ((IHostEnvironment)_ml).Register("Later");
        Assert.Throws<OperationCanceledException>(host.CheckAlive);
        Assert.Throws<OperationCanceledException>(host.Register("Child").CheckAlive);
    }

    [Fact]
    public void The_context_itself_is_never_checked()
    {
        _ml.CancelExecution();
        _ml.CheckAlive();
    }

    [Fact]
    public void Another_context_lives_on()
    {
        _ml.CancelExecution();
        new ScaleEstimator(new MLContext(), "B", "Values", 3).Fit(_ml.Pixels());
    }

    [Fact]
    public void Learning_keys_checks_between_rows()
    {
        IEnumerable<Pixel> Rows()
        {
            yield return new Pixel { Name = "a" };
            _ml.CancelExecution();
            yield return new Pixel { Name = "b" };
        }

        var data = _ml.Data.LoadFromEnumerable(Rows());
        Assert.Throws<OperationCanceledException>(() => _ml.Transforms.Conversion.MapValueToKey("Name").Fit(data));
    }
}

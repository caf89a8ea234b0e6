using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

public class MultiplicativeFixtureTests
{
    [Theory, MemberData(nameof(MultiplicativeFixtureRun.Cases), MemberType = typeof(MultiplicativeFixtureRun))]
    public void Divergences_and_factors_are_those_of_the_fixture_step_by_step(string name, bool sparse)
    {
        using var engine = new ManagedEngine(2);
        MultiplicativeFixtureRun.Check(engine, name, sparse);
    }
}

using System.IO.Compression;
using System.Reflection;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Hosting;

/// <summary>What the library relies on of ML.NET's internals: with a version of ML.NET in which one of these fails it does not work.</summary>
public class MLNetInternalsTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Hosts_of_one_context_seed_draw_one_sequence()
    {
        int[] Draw(int? seed)
        {
            ComponentHost host = Host(new MLContext(seed)), child = host.Register("Child");
            return [host.DrawSeed(), host.DrawSeed(), child.DrawSeed()];
        }

        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
        Assert.Equal(3, Draw(7).Distinct().Count());
    }

    [Fact]
    public void Hosts_know_the_devices_that_their_context_had_when_they_were_made()
    {
        ComponentHost early = Host(_context);
        (_context.GpuDeviceId, _context.FallbackToCpu) = (2, true);
        ComponentHost child = Host(_context).Register("Child");
        Assert.Equal((null, false), (early.GpuDeviceId, early.FallbackToCpu));
        Assert.Equal((2, true), (child.GpuDeviceId, child.FallbackToCpu));
    }

    [Fact]
    public void A_cancelled_context_stops_its_hosts_and_no_others()
    {
        ComponentHost before = Host(_context), other = Host(new MLContext(1));
        before.CheckAlive();
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(_context, null);
        Assert.Throws<OperationCanceledException>(before.CheckAlive);
        Assert.Throws<OperationCanceledException>(Host(_context).CheckAlive);
        other.CheckAlive();
    }

    [Fact]
    public void What_a_host_logs_arrives_with_its_name_and_kind()
    {
        var log = new List<LoggingEventArgs>();
        _context.Log += (_, e) => log.Add(e);
        using (LogChannel channel = Host(_context).OpenLog("Working"))
        {
            channel.Info("first");
            channel.Warning("second");
        }

        Assert.Contains(log, e => e is { RawMessage: "first", Kind: Runtime.ChannelMessageKind.Info } && e.Source.Contains("Host", StringComparison.Ordinal));
        Assert.Contains(log, e => e is { RawMessage: "second", Kind: Runtime.ChannelMessageKind.Warning });
    }

    [Fact]
    public void A_model_file_names_this_assembly_and_finds_the_loader_by_its_signature()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        using var file = new MemoryStream();
        _context.Model.Save(_context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(data), data.Schema, file);
        using (var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true))
        {
            string[] keys = [.. zip.Entries.Where(entry => entry.Name == "Model.key").Select(Read)];
            Assert.Contains(keys, key => key.Contains("NmfTransformer", StringComparison.Ordinal)
                && key.Contains(typeof(NmfTransformer).Assembly.FullName!, StringComparison.Ordinal));
        }

        ITransformer loaded = new MLContext().Model.Load(file, out _);
        Assert.IsType<NmfTransformer>(loaded);

        static string Read(ZipArchiveEntry entry)
        {
            using Stream stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            // Names are in UTF-16 or in ASCII, by where they stand.
            return Encoding.Latin1.GetString(bytes.ToArray()).Replace("\0", "");
        }
    }

    [Fact]
    public void A_row_is_read_once_for_all_its_output_columns()
    {
        var transformer = _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Ranks = [4, 2],
            LayerOutputColumnNames = ["Fine"],
            MaximumNumberOfIterations = 2,
        }).Fit(Rows.View(_context, Rows.Values()));
        CountingRow[] rows = [.. Rows.Values(5).Select(values => new CountingRow(() => values))];
        IDataView view = transformer.Transform(_context.Data.LoadFromEnumerable(rows));
        using (DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Topics"], view.Schema["Fine"]]))
        {
            var topics = cursor.GetGetter<VBuffer<float>>(view.Schema["Topics"]);
            var fine = cursor.GetGetter<VBuffer<float>>(view.Schema["Fine"]);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                topics(ref value);
                Assert.Equal(2, value.Length);
                fine(ref value);
                Assert.Equal(4, value.Length);
                topics(ref value);
            }
        }

        Assert.All(rows, row => Assert.Equal(1, row.Reads));
    }

    [Fact]
    public void What_a_getter_throws_reaches_the_reader()
    {
        NmfTransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(Rows.View(_context, Rows.Values()));
        IDataView view = transformer.Transform(_context.Data.LoadFromEnumerable([new CountingRow(() => throw new TimeoutException("broken"))]));
        Exception? problem = Record.Exception(() => Rows.Topics(view));
        Assert.Equal("broken", Assert.IsType<TimeoutException>(problem?.GetBaseException()).Message);
    }

    private static ComponentHost Host(MLContext context) => ComponentHost.Register(context.Transforms, "Host");

    private sealed class CountingRow(Func<float[]> values)
    {
        private int _reads;

        [NoColumn]
        public int Reads => _reads;

        [VectorType(Rows.Size)]
        public float[] Features
        {
            get
            {
                Interlocked.Increment(ref _reads);
                return values();
            }
            set => throw new NotSupportedException();
        }
    }
}

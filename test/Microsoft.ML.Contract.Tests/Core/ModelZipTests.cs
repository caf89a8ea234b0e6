using System.IO.Compression;
using Microsoft.ML.Contract.Core.Component;
using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contract.Core;

public sealed class ModelZipTests
{
    private readonly MLContext _ml = new(1);

    private byte[] Save(ITransformer model, DataViewSchema? schema)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, schema!, stream);
        return stream.ToArray();
    }

    private TransformerChain<ITransformer> Chain()
    {
        var data = _ml.Pixels();
        var scale = new ScaleEstimator(_ml, "Scaled", "Values", 3).Fit(data);
        return new(scale, _ml.Transforms.CopyColumns("Copy", "Id").Fit(data));
    }

    [Fact]
    public void A_model_is_a_zip_with_an_entry_a_component()
    {
        using var zip = new ZipArchive(new MemoryStream(Save(Chain(), _ml.Pixels().Schema)));
        string[] names = [.. zip.Entries.Select(entry => entry.FullName.Replace('\\', '/'))];
        Assert.Contains("TrainingInfo/Version.txt", names);
        Assert.Contains("Schema", names);
        Assert.Contains("TransformerChain/Model.key", names);
        Assert.Contains("TransformerChain/Transform_000/Model.key", names);
        Assert.Contains("TransformerChain/Transform_000/Extra", names);
        Assert.Contains("TransformerChain/Transform_001/Model.key", names);
    }

    [Fact]
    public void A_model_without_a_schema_loads_without_one()
    {
        var model = _ml.Model.Load(new MemoryStream(Save(Chain(), null)), out var schema);
        Assert.Null(schema);
        Assert.Equal(2, ((IEnumerable<ITransformer>)model).Count());
    }

    [Fact]
    public void A_file_that_is_no_zip_throws()
        => Assert.Throws<FormatException>(() => _ml.Model.Load(new MemoryStream([1, 2, 3]), out _));

    [Fact]
    public void A_stream_stays_open()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(Chain(), null, stream);
        stream.Position = 0;
        _ml.Model.Load(stream, out _);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public void A_component_is_found_by_its_signature_after_its_assembly_is_registered()
    {
        IHostEnvironment env = new MLContext();
        Assert.False(ComponentCatalog.TryCreateInstance<object, SignatureLoadModel>(env, out _, ScaleTransformer.LoaderSignature, "", [null!]));
        env.ComponentCatalog.RegisterAssembly(typeof(ScaleTransformer).Assembly);
        env.ComponentCatalog.RegisterAssembly(typeof(ScaleTransformer).Assembly);
        Assert.ThrowsAny<Exception>(() => ComponentCatalog.TryCreateInstance<object, SignatureLoadModel>(env, out _, ScaleTransformer.LoaderSignature, "", [null!]));
    }

    [Fact]
    public void A_repository_keeps_entries_that_were_open_at_the_same_time()
    {
        using var stream = new MemoryStream();
        using (var writer = RepositoryWriter.CreateNew(stream, _ml))
        {
            using var outer = writer.CreateEntry("dir", "outer");
            outer.Stream.WriteByte(1);
            using (var inner = writer.CreateEntry("dir", "inner"))
                inner.Stream.WriteByte(2);
            outer.Stream.WriteByte(3);
            Assert.Throws<ArgumentOutOfRangeException>(() => writer.CreateEntry("dir", "inner"));
            writer.Commit();
        }

        stream.Position = 0;
        using var reader = RepositoryReader.Open(stream, _ml);
        using (var outer = reader.OpenEntry("dir", "outer"))
            Assert.Equal(2, outer.Stream.Length);
        using (var inner = reader.OpenEntryOrNull("dir", "inner"))
            Assert.Equal(2, inner.Stream.ReadByte());
        Assert.Null(reader.OpenEntryOrNull("dir", "none"));
        Assert.Throws<InvalidOperationException>(() => reader.OpenEntry("none"));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.OpenEntryOrNull("..", "outer"));
    }

    [Fact]
    public void Strings_are_kept_once_and_by_number()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            using var ctx = new ModelSaveContext(writer, _ml);
            ctx.SetVersionInfo(Version(1));
            foreach (string? text in new[] { "a", "b", "a", null })
                ctx.SaveStringOrNull(text);
            ctx.SaveString("");
            Assert.Throws<ArgumentOutOfRangeException>(() => ctx.SaveNonEmptyString(""));
            Assert.Equal(3, ctx.Strings.Count);
            ctx.Done();
        }

        stream.Position = 0;
        using var loaded = new ModelLoadContext(new BinaryReader(stream), _ml);
        loaded.CheckAtModel(Version(1));
        Assert.Equal(["a", "b", "a", null, ""], Enumerable.Range(0, 5).Select(_ => loaded.LoadStringOrNull()));
        loaded.Done();
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void A_newer_version_than_ours_throws()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            using var ctx = new ModelSaveContext(writer, _ml);
            ctx.SetVersionInfo(Version(2));
            ctx.Done();
        }

        stream.Position = 0;
        using var loaded = new ModelLoadContext(new BinaryReader(stream), _ml);
        Assert.Throws<FormatException>(() => loaded.CheckAtModel(Version(1)));
        loaded.CheckVersionInfo(Version(2));
        loaded.CheckVersionInfo(new("CONTRACT", 3, 3, 2, null!));
        Assert.Throws<FormatException>(() => loaded.CheckVersionInfo(new("CONTRACT", 3, 3, 3, null!)));
        Assert.Throws<FormatException>(() => loaded.CheckVersionInfo(new("SOMEBODY", 2, 2, 2, null!)));
    }

    [Fact]
    public void A_signature_that_is_too_long_throws()
    {
        Assert.Throws<InvalidOperationException>(() => new VersionInfo("SHORT", 1, 1, 1, null!));
        using var ctx = new ModelSaveContext(new BinaryWriter(new MemoryStream()), _ml);
        Assert.Throws<InvalidOperationException>(ctx.Done);
        Assert.Throws<InvalidOperationException>(() => ctx.SetVersionInfo(new("CONTRACT", 1, 1, 1, null!, new string('x', 25))));
    }

    private static VersionInfo Version(uint version) => new("CONTRACT", version, version, version, loaderAssemblyName: "Nobody");
}

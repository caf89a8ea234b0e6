using System.Text;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Offline;

namespace Microsoft.ML;

/// <summary>Where a component writes itself, as an entry of a model's zip.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly Repository.Entry _entry;
    private readonly IExceptionContext _context;
    private ModelFrame _frame;
    private string _loaderAssemblyName;

    internal readonly RepositoryWriter Repository;

    internal readonly string Directory;

    internal readonly BinaryWriter Writer;

    internal readonly NormStr.Pool Strings = new();

    internal readonly long FpMin;

    internal ModelSaveContext(RepositoryWriter rep, string dir, string name)
    {
        Contracts.CheckValue(rep, nameof(rep));
        Repository = rep;
        _context = rep.ExceptionContext;
        Directory = dir;
        _entry = rep.CreateEntry(dir, name);
        Writer = new BinaryWriter(_entry.Stream, Encoding.UTF8, leaveOpen: true);
        Writer.Write(new byte[ModelFrame.HeaderSize]);
    }

    internal ModelSaveContext(BinaryWriter writer, IExceptionContext ectx = null)
    {
        _context = ectx;
        Writer = _context.CheckRef(writer, nameof(writer));
        FpMin = writer.FpCur();
        Writer.Write(new byte[ModelFrame.HeaderSize]);
    }

    internal bool InRepository => Repository is not null;

    public void Dispose()
    {
        if (!InRepository)
            return;
        Writer.Dispose();
        _entry.Dispose();
    }

    internal static void SaveModel<T>(RepositoryWriter rep, T value, string path)
        where T : class
    {
        if (value is not ICanSaveModel model)
            return;
        using var context = new ModelSaveContext(rep, path, ModelLoadContext.ModelStreamName);
        model.Save(context);
        context.Done();
    }

    internal void SaveModel<T>(T value, string name)
        where T : class
    {
        _context.Check(InRepository, "Can't save a sub-model when writing to a single stream");
        SaveModel(Repository, value, Path.Combine(Directory ?? "", name));
    }

    internal void SaveSubModel(string dir, Action<ModelSaveContext> fn)
    {
        _context.Check(InRepository, "Can't save a sub-model when writing to a single stream");
        _context.CheckNonEmpty(dir, nameof(dir));
        _context.CheckValue(fn, nameof(fn));
        using var context = new ModelSaveContext(Repository, Path.Combine(Directory ?? "", dir), ModelLoadContext.ModelStreamName);
        fn(context);
        context.Done();
    }

    internal void CheckAtModel() => _context.Check(Writer.FpCur() == FpMin + ModelFrame.HeaderSize);

    internal void SetVersionInfo(VersionInfo ver)
    {
        _frame.SetVersion(ver);
        _loaderAssemblyName = ver.LoaderAssemblyName;
    }

    internal void SaveTextStream(string name, Action<TextWriter> action)
    {
        CheckStream(name);
        _context.CheckValue(action, nameof(action));
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = Utils.OpenWriter(entry.Stream);
        action(writer);
    }

    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        CheckStream(name);
        _context.CheckValue(action, nameof(action));
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new BinaryWriter(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(writer);
    }

    internal void SaveStringOrNull(string str) => Writer.Write(str is null ? -1 : Strings.Add(str).Id);

    internal void SaveString(string str) => Writer.Write(Strings.Add(_context.CheckRef(str, nameof(str))).Id);

    internal void SaveString(ReadOnlyMemory<char> str) => Writer.Write(Strings.Add(str).Id);

    internal void SaveNonEmptyString(string str)
    {
        _context.CheckParam(!string.IsNullOrEmpty(str), nameof(str));
        SaveString(str);
    }

    internal void SaveNonEmptyString(ReadOnlyMemory<char> str)
    {
        _context.CheckParam(!str.IsEmpty, nameof(str));
        SaveString(str);
    }

    internal void Done()
    {
        _context.Check(_frame.ModelSignature != 0, "ModelSignature not specified!");
        _frame.EndWrite(Writer, FpMin, Strings, _loaderAssemblyName);
        Dispose();
    }

    private void CheckStream(string name)
    {
        _context.Check(InRepository, "Can't save a text stream when writing to a single stream");
        _context.CheckNonEmpty(name, nameof(name));
    }
}

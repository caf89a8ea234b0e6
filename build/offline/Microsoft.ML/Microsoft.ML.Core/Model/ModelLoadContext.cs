using System.Text;
using Microsoft.ML.Offline;

namespace Microsoft.ML;

/// <summary>Where a component reads itself back from.</summary>
internal sealed partial class ModelLoadContext : IDisposable
{
    private readonly IExceptionContext _context;
    private readonly ModelFrame _frame;

    public readonly RepositoryReader Repository;

    public readonly string Directory;

    public readonly BinaryReader Reader;

    public readonly string[] Strings;

    public readonly string LoaderAssemblyName;

    public readonly long FpMin;

    internal ModelLoadContext(RepositoryReader rep, Repository.Entry ent, string dir)
    {
        Contracts.CheckValue(rep, nameof(rep));
        Repository = rep;
        _context = rep.ExceptionContext;
        _context.CheckValue(ent, nameof(ent));
        Directory = dir;
        Reader = new BinaryReader(ent.Stream, Encoding.UTF8, leaveOpen: true);
        FpMin = Reader.BaseStream.Position;
        _frame = ModelFrame.Read(Reader, out Strings, out LoaderAssemblyName);
    }

    internal ModelLoadContext(BinaryReader reader, IExceptionContext ectx = null)
    {
        _context = ectx;
        Reader = _context.CheckRef(reader, nameof(reader));
        FpMin = Reader.BaseStream.Position;
        _frame = ModelFrame.Read(Reader, out Strings, out LoaderAssemblyName);
    }

    public bool InRepository => Repository is not null;

    public void CheckAtModel() => _context.Check(Reader.BaseStream.Position == FpMin + ModelFrame.HeaderSize);

    public void CheckAtModel(VersionInfo ver)
    {
        CheckAtModel();
        CheckVersionInfo(ver);
    }

    public void CheckVersionInfo(VersionInfo ver) => _frame.CheckVersion(ver);

    public string LoadStringOrNull()
    {
        int id = Reader.ReadInt32();
        return id == -1 ? null : StringAt(id);
    }

    public string LoadString() => StringAt(Reader.ReadInt32());

    public string LoadNonEmptyString()
    {
        string text = LoadString();
        _context.CheckDecode(text.Length > 0);
        return text;
    }

    public void Done()
    {
        _frame.EndRead(Reader, FpMin);
        Dispose();
    }

    public void Dispose()
    {
        if (InRepository)
            Reader.Dispose();
    }

    private string StringAt(int id)
    {
        _context.CheckDecode(0 <= id && id < (Strings?.Length ?? 0));
        return Strings[id];
    }
}

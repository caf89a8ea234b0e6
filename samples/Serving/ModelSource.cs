using Microsoft.Extensions.Options;

namespace Serving;

/// <summary>The model of the file as it is now. A new one takes the place of the old one when it has been loaded, and requests never wait for it.</summary>
internal sealed class ModelSource
{
    private readonly string _path;
    private readonly ILogger _log;
    private Generation _current;

    /// <summary>Loads the model, which must succeed.</summary>
    public ModelSource(IOptions<ServiceOptions> options, ILogger<ModelSource> log)
    {
        _path = Path.GetFullPath(options.Value.Model);
        _log = log;
        if (!File.Exists(_path))
        {
            _log.LogInformation("There is no '{Path}': training on the sample's notes", _path);
            NotesModel.Train(_path);
        }

        (DateTime written, long length) = State();
        _current = new Generation(new ServedModel(_path), written, length, 0);
    }

    /// <summary>The model.</summary>
    public ServedModel Current => Volatile.Read(ref _current).Model;

    /// <summary>The error of the last try to load, where the file has changed since and could not be.</summary>
    public string? Problem { get; private set; }

    /// <summary>What is served.</summary>
    public ModelDescription Describe()
    {
        Generation current = Volatile.Read(ref _current);
        return new ModelDescription(
            _path, current.Written, current.Number, current.Model.Topics, current.Model.Classes, GC.GetTotalMemory(false), Environment.WorkingSet);
    }

    /// <summary>Loads the file where it has changed. A file that cannot be loaded, as one that is being written, leaves what is served.</summary>
    /// <remarks>Write a new model beside the old one and move it there, and the service never sees half a file.</remarks>
    public void Refresh()
    {
        Generation old = _current;
        try
        {
            (DateTime written, long length) = State();
            if (length < 0 || (written, length) == (old.Written, old.Length))
                return;
            var next = new Generation(new ServedModel(_path), written, length, old.Number + 1);
            Volatile.Write(ref _current, next);
            Problem = null;
            old.Model.Dispose();
            _log.LogInformation("Serves '{Path}' as written at {Written:u}", _path, written);
        }
        catch (Exception exception)
        {
            // It is tried again at the next look, and told once.
            string problem = exception.GetBaseException().Message;
            if (problem != Problem)
                _log.LogWarning("'{Path}' has changed, but cannot be loaded, and the model before it is served on: {Problem}", _path, problem);
            Problem = problem;
        }
    }

    private (DateTime Written, long Length) State()
    {
        var file = new FileInfo(_path);
        return (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
    }

    private sealed record Generation(ServedModel Model, DateTime Written, long Length, int Number);
}

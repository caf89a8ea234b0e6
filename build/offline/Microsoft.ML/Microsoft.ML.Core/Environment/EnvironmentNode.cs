namespace Microsoft.ML.Runtime.Offline;

/// <summary>An environment: the root, or a host that was registered with one.</summary>
internal sealed class EnvironmentNode : IHost, IHostEnvironmentInternal, ICancelable
{
    private readonly EnvironmentNode _root;
    private readonly EnvironmentNode _master;
    private readonly string _name;
    private readonly string _parentName;
    private readonly Random _random;
    private readonly Dictionary<string, object> _options = [];
    private readonly Lock _lock = new();
    private readonly List<WeakReference<EnvironmentNode>> _children = [];
    private Action<string, ChannelMessage> _listeners;

    public EnvironmentNode(int? seed)
    {
        (_root, Seed, _random) = (this, seed, RandomUtils.Create(seed));
        TempFilePath = Path.GetTempPath();
        ComponentCatalog = new ComponentCatalog();
    }

    private EnvironmentNode(EnvironmentNode master, string name, string parentName, Random random)
    {
        (_root, _master, _name, _parentName, _random) = (master._root, master, name, parentName, random);
        FullName = string.IsNullOrEmpty(parentName) ? name : $"{parentName}; {name}";
        (Seed, GpuDeviceId, FallbackToCpu, TempFilePath) = (master.Seed, master.GpuDeviceId, master.FallbackToCpu, master.TempFilePath);
        ComponentCatalog = master.ComponentCatalog;
        IsCanceled = master.IsCanceled;
    }

    public string FullName { get; }

    public int? Seed { get; }

    public string TempFilePath { get; set; }

    public bool FallbackToCpu { get; set; }

    public int? GpuDeviceId { get; set; }

    public bool IsCanceled { get; private set; }

    public ComponentCatalog ComponentCatalog { get; }

    public Random Rand => _random;

    public string ContextDescription => "HostEnvironment";

    public void AddListener(Action<string, ChannelMessage> listener)
    {
        lock (_root._lock)
            _root._listeners += listener;
    }

    public void Dispatch<TMessage>(string source, TMessage message)
    {
        if (message is ChannelMessage channelMessage)
            _root._listeners?.Invoke(source, channelMessage);
    }

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        lock (_lock)
        {
            _children.RemoveAll(child => !child.TryGetTarget(out _));
            var random = seed is int own ? RandomUtils.Create(own) : RandomUtils.Create(_random);
            // A host's parent name is that of the environment above the one it is registered with.
            var host = new EnvironmentNode(this, name, _master?.FullName, random);
            _children.Add(new(host));
            return host;
        }
    }

    public IChannel Start(string name) => new Channel(this, name);

    public IPipe<TMessage> StartPipe<TMessage>(string name) => new Pipe<TMessage>(this, name);

    public IProgressChannel StartProgressChannel(string name)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        return new ProgressChannel(this);
    }

    public void CancelExecution()
    {
        lock (_lock)
        {
            foreach (var child in _children)
            {
                if (child.TryGetTarget(out var host))
                    host.CancelExecution();
            }

            _children.Clear();
            IsCanceled = true;
        }
    }

    public TException Process<TException>(TException ex)
        where TException : Exception
    {
        ex.Data["Throwing component"] = "Environment";
        return Contracts.Mark(ex);
    }

    public TException ProcessIn<TException>(string phase, TException ex)
        where TException : Exception
    {
        ex.Data["Throwing component"] = _name;
        ex.Data["Parent component"] = _parentName;
        ex.Data["Phase"] = phase;
        return Contracts.Mark(ex);
    }

    public bool TryAddOption<T>(string name, T value) => _options.TryAdd(Named(name), value);

    public void SetOption<T>(string name, T value) => _options[Named(name)] = value;

    public bool TryGetOption<T>(string name, out T value)
    {
        bool found = _options.TryGetValue(Named(name), out object option) && option is T;
        value = found ? (T)option : default;
        return found;
    }

    public T GetOptionOrDefault<T>(string name)
    {
        _options.TryAdd(Named(name), default(T));
        return (T)_options[name];
    }

    public bool RemoveOption(string name) => _options.Remove(Named(name));

    private static string Named(string name) => !string.IsNullOrWhiteSpace(name) ? name : throw new ArgumentNullException(nameof(name));
}

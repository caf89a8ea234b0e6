using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>What has parameters, buffers and modules inside it, each by a name.</summary>
        public partial class Module : IDisposable
        {
            private readonly OrderedDictionary<string, Parameter> _parameters = [];
            private readonly OrderedDictionary<string, (Tensor Tensor, bool Persistent)> _buffers = [];
            private readonly OrderedDictionary<string, Module> _submodules = [];
            private bool _componentsRegistered;
            private bool _disposed;

            protected string? name;

            protected Module(string name)
            {
                InitializeDeviceType(DeviceType.CPU);
                this.name = name;
                training = true;
            }

            ~Module() => Dispose(false);

            public virtual bool training { get; private protected set; }

            public virtual string GetName() => name ?? GetType().Name;

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var (_, child) in named_children())
                    child.train(train);
            }

            public virtual void eval() => train(false);

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var child in _submodules.Values)
                    child.apply(fn);
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var (_, parameter) in named_parameters())
                {
                    using var grad = parameter.grad;
                    if (grad is null)
                        continue;
                    if (set_to_none)
                        parameter.grad = null;
                    else
                        grad.zero_();
                }
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Moves what is in this module, and in the modules inside it; tensors that change are replaced by new ones.</summary>
            internal virtual void Move(ScalarType? dtype, Device? device, bool nonBlocking)
            {
                foreach (var (_, child) in named_children())
                    child.Move(dtype, device, nonBlocking);
                foreach (var (name, parameter) in named_parameters(false).ToList())
                {
                    if (Moved(parameter, dtype, device, nonBlocking) is { } moved)
                        Replace(name, _parameters[name] = moved);
                }

                foreach (var (name, buffer) in _buffers.ToList())
                {
                    var type = torch.is_floating_point(buffer.Tensor.dtype) ? dtype ?? buffer.Tensor.dtype : buffer.Tensor.dtype;
                    if (Stays(buffer.Tensor, type, device))
                        continue;
                    var moved = buffer.Tensor.to(type, device ?? buffer.Tensor.device, disposeAfter: true).DetachFromDisposeScope();
                    _buffers[name] = (moved, buffer.Persistent);
                    Replace(name, moved);
                }
            }

            /// <summary>The parameter as a new one in its place, or null where it may stay as it is.</summary>
            private protected static Parameter? Moved(Parameter parameter, ScalarType? dtype, Device? device, bool nonBlocking)
            {
                if (Stays(parameter, dtype ?? parameter.dtype, device))
                    return null;
                using var grad = parameter.grad;
                var moved = new Parameter(parameter.detach().to(dtype ?? parameter.dtype, device ?? parameter.device, disposeAfter: true, non_blocking: nonBlocking), parameter.requires_grad);
                moved.DetachFromDisposeScope();
                if (grad is not null)
                {
                    using var movedGrad = grad.to(moved.dtype, moved.device);
                    moved.grad = movedGrad;
                }

                parameter.Dispose();
                return moved;
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || _disposed)
                    return;
                _disposed = true;
                foreach (var (_, buffer) in named_buffers(false))
                    buffer.DetachFromDisposeScope().Dispose();
                foreach (var (_, parameter) in named_parameters(false))
                    parameter.DetachFromDisposeScope().Dispose();
                foreach (var (_, module) in named_modules())
                    module.Dispose();
            }

            /// <summary>Registers the fields that hold modules, parameters and other tensors, by their names.</summary>
            protected virtual void RegisterComponents()
            {
                if (_componentsRegistered)
                    return;
                foreach (var field in Fields())
                {
                    if (_submodules.ContainsKey(field.Name) || _parameters.ContainsKey(field.Name) || _buffers.ContainsKey(field.Name))
                        continue;
                    if (field.GetValue(this) is Module module)
                        register_module(field.Name, module);
                    else if (field.GetValue(this) is Parameter parameter)
                        register_parameter(field.Name, parameter);
                    else if (field.GetValue(this) is Tensor tensor)
                        register_buffer(field.Name, tensor);
                }

                _componentsRegistered = true;
            }

            private static bool Stays(Tensor tensor, ScalarType dtype, Device? device)
                => tensor.dtype == dtype && (device is null || tensor.device_type == device.type && (device.index == -1 || tensor.device_index == device.index));

            private IEnumerable<FieldInfo> Fields()
            {
                var seen = new HashSet<string>();
                for (var type = GetType(); type is not null && type != typeof(object); type = type.BaseType)
                {
                    foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
                    {
                        if (seen.Add(field.Name))
                            yield return field;
                    }
                }
            }

            private void Replace(string name, Tensor tensor)
            {
                if (Fields().FirstOrDefault(field => field.Name == name) is { } field)
                    field.SetValue(this, tensor);
            }
        }
    }
}

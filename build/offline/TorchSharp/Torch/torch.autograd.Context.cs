using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a forward pass leaves to its backward pass.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly bool[] _isTensor;
            private readonly Dictionary<string, object> _data = [];
            private List<Tensor?> _toSave = [];
            private nint[] _saved = [];
            private (long[] Shape, ScalarType Type, Device Device)[] _outputs = [];
            private Func<AutogradContext, List<Tensor>, List<Tensor?>>? _backward;

            internal AutogradContext(bool[] isTensor) => _isTensor = isTensor;

            public bool MaterializeGrads { get; private set; } = true;

            public void save_for_backward(List<Tensor> tensors) => _toSave = tensors!;

            public void save_data(string key, object value) => _data[key] = value;

            public object? get_data(string key) => _data.GetValueOrDefault(key);

            /// <summary>Whether outputs without a gradient get one of zeros.</summary>
            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The tensors that were saved, as new wrappers.</summary>
            public List<Tensor> get_saved_variables()
                => [.. _saved.Select(handle => handle == 0 ? null! : new Tensor(NativeMethods.tensor_alias(handle)))];

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Keeps what the forward pass wanted to be saved: references of its own, which no scope disposes of.</summary>
            internal void Saved(List<Tensor> outputs, Func<AutogradContext, List<Tensor>, List<Tensor?>> backward)
            {
                _saved = [.. _toSave.Select(tensor => tensor is null || tensor.IsInvalid ? 0 : NativeMethods.tensor_alias(tensor.Handle))];
                _toSave = [];
                _outputs = [.. outputs.Select(output => (output.shape, output.dtype, output.device))];
                _backward = backward;
            }

            internal void Run(ReadOnlySpan<nint> grads, Span<nint> results)
            {
                var given = new List<Tensor>();
                for (int i = 0; i < grads.Length; i++)
                {
                    var (shape, type, device) = _outputs[i];
                    given.Add(grads[i] != 0 || !MaterializeGrads ? new(grads[i]) : zeros(shape, type, device));
                }

                var computed = _backward!(this, given);
                if (computed.Count > _isTensor.Length && computed.Skip(_isTensor.Length).All(tensor => tensor is null))
                    computed.RemoveRange(_isTensor.Length, computed.Count - _isTensor.Length);
                if (computed.Count != _isTensor.Length)
                    throw new NotImplementedException($"The function returned an incorrect number of gradients (expected {_isTensor.Length}), got {computed.Count}");
                int at = 0;
                for (int i = 0; i < computed.Count; i++)
                {
                    if (_isTensor[i])
                        results[at++] = computed[i]?.Handle ?? 0;
                    else if (computed[i] is not null)
                        throw new NotImplementedException($"The function returned a gradient at position {i + 1}, where it was given no tensor");
                }

                GC.KeepAlive(computed);
            }

            protected virtual void Dispose(bool disposing)
            {
                foreach (nint handle in _saved)
                {
                    if (handle != 0)
                        NativeMethods.tensor_free(handle);
                }

                _saved = [];
            }
        }
    }
}

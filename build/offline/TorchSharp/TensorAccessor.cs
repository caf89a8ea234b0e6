using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor on the CPU, in row-major order whatever its strides.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private torch.Tensor? _tensor;
    private nint _data;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _data = DataOf(tensor);
        _tensor = tensor;
    }

    public long Count => _tensor?.numel() ?? 0;

    public bool IsReadOnly => false;

    /// <summary>One element. Read, a single index counts through all dimensions; written, there must be an index for each of them.</summary>
    public unsafe T this[params long[] indices]
    {
        get => At(indices.Length == 1 ? FlatOffset(indices[0]) : Offset(indices));

        set
        {
            ((T*)_data)[Offset(indices)] = value;
            GC.KeepAlive(_tensor);
        }
    }

    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.Count == right.Count && left.SequenceEqual(right);

    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !(left == right);

    /// <summary>A copy. Of an empty tensor with several dimensions there is none, as in the real package.</summary>
    public T[] ToArray()
    {
        var result = new T[_tensor!.ndim == 0 ? 1 : Count];
        if (_tensor.ndim > 1 || result.Length > 0)
            CopyTo(result);
        return result;
    }

    /// <summary>A copy in an array of as many dimensions.</summary>
    public unsafe Array ToNDArray()
    {
        if (_tensor!.ndim == 0)
            return ToArray();
        var result = Array.CreateInstance(typeof(T), _tensor.shape);
        fixed (byte* first = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(result))
        {
            if (Count > 0)
                CopyTo(new Span<T>(first, checked((int)Count)));
        }

        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[Math.Min(arrayIndex, array.Length)..];
        int count = Overlap(target.Length, tensorIndex);
        if (_tensor!.is_contiguous())
        {
            new ReadOnlySpan<T>((T*)_data + tensorIndex, count).CopyTo(target);
            GC.KeepAlive(_tensor);
            return;
        }

        var offsets = new Offsets(_tensor, tensorIndex);
        for (int i = 0; i < count; i++)
            target[i] = At(offsets.Next());
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[Math.Min(arrayIndex, array.Length)..];
        int count = Overlap(source.Length, tensorIndex);
        var offsets = new Offsets(_tensor!, tensorIndex);
        for (int i = 0; i < count; i++)
            ((T*)_data)[offsets.Next()] = source[i];
        GC.KeepAlive(_tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        if (Count == 0)
            yield break;
        var offsets = new Offsets(_tensor!, 0);
        for (long i = 0, count = Count; i < count; i++)
            yield return At(offsets.Next());
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && (_data == other._data || this == other);

    public override int GetHashCode() => base.GetHashCode();

    public void Dispose()
    {
        _data = 0;
        _tensor = null;
    }

    internal static unsafe T ReadItemAt(torch.Tensor tensor, long index)
    {
        tensor.ValidateType(typeof(T));
        nint data = DataOf(tensor);
        if (index < 0 || index >= tensor.numel())
            throw new ArgumentOutOfRangeException($"{index} in a collection of  ${tensor.numel()} elements.");
        T value = ((T*)data)[new Offsets(tensor, index).Next()];
        GC.KeepAlive(tensor);
        return value;
    }

    private static nint DataOf(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        tensor.stride();
        return tensor.Data;
    }

    private unsafe T At(long offset)
    {
        T value = ((T*)_data)[offset];
        GC.KeepAlive(_tensor);
        return value;
    }

    /// <summary>How many elements a copy has that starts at an element of the tensor.</summary>
    private int Overlap(int length, long tensorIndex)
    {
        if (tensorIndex < 0 || tensorIndex >= Count)
            throw new ArgumentOutOfRangeException(nameof(tensorIndex));
        return (int)Math.Min(length, Count - tensorIndex);
    }

    private long FlatOffset(long index)
    {
        if (index >= Count)
            throw new IndexOutOfRangeException();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Offsets(_tensor!, index).Next();
    }

    private long Offset(long[] indices)
    {
        long offset = 0;
        for (int i = (int)_tensor!.ndim - 1; i >= 0; i--)
        {
            if (indices[i] < 0 || indices[i] >= _tensor.size(i))
                throw new IndexOutOfRangeException($"{indices[i]} >= {_tensor.size(i)} in dimension {i}.");
            offset += indices[i] * _tensor.stride(i);
        }

        return offset;
    }

    /// <summary>Where the elements lie, one after another in row-major order.</summary>
    private sealed class Offsets
    {
        private readonly long[] _shape;
        private readonly long[] _strides;
        private readonly long[] _index;
        private long _offset;

        public Offsets(torch.Tensor tensor, long start)
        {
            _shape = tensor.shape;
            _strides = tensor.stride();
            _index = new long[_shape.Length];
            for (int i = _shape.Length - 1; i >= 0; i--)
            {
                (start, _index[i]) = Math.DivRem(start, Math.Max(1, _shape[i]));
                _offset += _index[i] * _strides[i];
            }
        }

        public long Next()
        {
            long offset = _offset;
            for (int i = _shape.Length - 1; i >= 0; i--)
            {
                _offset += _strides[i];
                if (++_index[i] < _shape[i])
                    break;
                _offset -= _index[i] * _strides[i];
                _index[i] = 0;
            }

            return offset;
        }
    }
}

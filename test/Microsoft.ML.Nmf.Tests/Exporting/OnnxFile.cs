using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Nmf.Tests.Exporting;

/// <summary>A model as ML.NET's converter writes it, in ONNX Runtime.</summary>
internal sealed class OnnxFile : IDisposable
{
    private readonly InferenceSession _session;

    private OnnxFile(byte[] bytes)
    {
        Bytes = bytes;
        _session = new InferenceSession(bytes);
    }

    /// <summary>What the converter wrote.</summary>
    public byte[] Bytes { get; }

    /// <summary>Converts a model.</summary>
    /// <param name="context">The context.</param>
    /// <param name="model">The model.</param>
    /// <param name="input">Data as it reads.</param>
    public static OnnxFile Of(MLContext context, ITransformer model, IDataView input)
    {
        using var stream = new MemoryStream();
        context.Model.ConvertToOnnx(model, input, stream);
        return new OnnxFile(stream.ToArray());
    }

    /// <summary>Columns of all rows, in batches of a size.</summary>
    public float[][][] Run(float[][] rows, int batch, params string[] columns) => Run(rows, batch, "Features", columns);

    public float[][][] Run(float[][] rows, int batch, string input, string[] columns)
    {
        float[][][] results = [.. columns.Select(_ => new float[rows.Length][])];
        for (int first = 0; first < rows.Length; first += batch)
        {
            float[][] some = rows[first..Math.Min(first + batch, rows.Length)];
            var tensor = new DenseTensor<float>(some.SelectMany(row => row).ToArray(), [some.Length, some[0].Length]);
            Add(NamedOnnxValue.CreateFromTensor(input, tensor), columns, first, some.Length, results);
        }

        return results;
    }

    /// <summary>Columns of texts, one text at a time or all of them in a batch.</summary>
    public float[][][] Run(string[] texts, int batch, params string[] columns)
    {
        float[][][] results = [.. columns.Select(_ => new float[texts.Length][])];
        for (int first = 0; first < texts.Length; first += batch)
        {
            string[] some = texts[first..Math.Min(first + batch, texts.Length)];
            Add(NamedOnnxValue.CreateFromTensor("Text", new DenseTensor<string>(some, [some.Length, 1])), columns, first, some.Length, results);
        }

        return results;
    }

    public void Dispose() => _session.Dispose();

    private void Add(NamedOnnxValue input, string[] columns, int first, int count, float[][][] results)
    {
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = _session.Run([input], [.. columns.Select(column => $"{column}.output")]);
        for (int c = 0; c < columns.Length; c++)
        {
            float[] values = outputs[c].Value is Tensor<uint> keys ? [.. keys.Select(key => (float)key)] : [.. (Tensor<float>)outputs[c].Value];
            for (int i = 0; i < count; i++)
                results[c][first + i] = values[(i * values.Length / count)..((i + 1) * values.Length / count)];
        }
    }
}

using System.IO.Compression;
using System.Text;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>What no model file may do, whatever it says.</summary>
public class ModelFormatTests
{
    private const int HeaderSize = 0x100;

    // Where ML.NET's header has the version that was written, before the oldest version that can read it.
    private const int WrittenAt = 0x48;

    public static TheoryData<string> Kinds => [.. SavedModels.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void Any_flipped_byte_of_the_transformers_part_is_refused(string kind)
    {
        (ITransformer model, DataViewSchema schema) = SavedModels.Train(kind);
        var context = new MLContext();
        var file = new MemoryStream();
        context.Model.Save(model, schema, file);
        byte[] entry = Read(file);
        int length = (int)BitConverter.ToInt64(entry, 0x18);
        for (int at = HeaderSize; at < HeaderSize + length; at += 7)
        {
            byte kept = entry[at];
            entry[at] ^= (byte)(1 + at % 255);
            Replace(file, entry);
            entry[at] = kept;
            // ML.NET calls the loader by reflection, which wraps what it throws.
            Exception problem = Assert.ThrowsAny<Exception>(() => context.Model.Load(file, out _)).GetBaseException();
            Assert.Contains("its checksum is wrong", Assert.IsType<FormatException>(problem).Message);
        }

        Replace(file, entry);
        Assert.NotNull(context.Model.Load(file, out _));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_file_of_a_later_version_says_that_this_library_is_too_old_and_which_package_to_update(string kind)
    {
        (ITransformer model, DataViewSchema schema) = SavedModels.Train(kind);
        var context = new MLContext();
        var file = new MemoryStream();
        context.Model.Save(model, schema, file);
        byte[] entry = Read(file);
        uint version = BitConverter.ToUInt32(entry, WrittenAt);
        void Set(uint written, uint readableBy)
        {
            BitConverter.GetBytes(written).CopyTo(entry, WrittenAt);
            BitConverter.GetBytes(readableBy).CopyTo(entry, WrittenAt + sizeof(uint));
            Replace(file, entry);
        }

        Set(version + 1, version + 1);
        Exception problem = Assert.ThrowsAny<Exception>(() => context.Model.Load(file, out _)).GetBaseException();
        string message = Assert.IsType<FormatException>(problem).Message;
        Assert.Contains($"a later version of Nmf.MLExtension: its part '{model.GetType().Name}' has the format 0x{version + 1:X8}", message);
        Assert.Contains($"knows no later one than 0x{version:X8}", message);
        Assert.Contains("package Nmf.MLExtension.Core", message);
        // What a later version wrote such that this one can read it, is read.
        Set(version + 1, version);
        Assert.NotNull(context.Model.Load(file, out _));
    }

    [Theory]
    [InlineData(268_435_456, 1)]
    [InlineData(268_435_456, 8)]
    [InlineData(8192, 8192)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1, int.MaxValue)]
    [InlineData(46_341, 46_341)]
    [InlineData(65_536, 65_536)]
    public void A_small_file_with_a_large_matrix_is_refused_before_anything_is_allocated_for_it(int rows, int columns)
    {
        byte[] bytes = [.. BitConverter.GetBytes(rows), .. BitConverter.GetBytes(columns), .. new byte[1200]];
        ModelReader reader = Bytes.Reader(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => ModelFormat.ReadMatrix(reader));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50 * bytes.Length);
    }

    [Fact]
    public void Classes_names_histories_and_texts_are_refused_before_anything_is_allocated_for_them()
    {
        byte[] rest = new byte[1200];
        Action<ModelReader>[] reads =
        [
            reader => TrainingHistory.Read(reader),
            reader => ModelFormat.ReadNames(reader, 1 << 28),
            reader => ModelFormat.ReadSums(reader, 1 << 28),
            reader => ModelFormat.ReadValues(reader, 1 << 28, 1),
            reader => ModelFormat.ReadLayers(reader),
            reader => TrainingPhase.Read(reader),
            reader => ClassKeys.Read(reader),
            reader => reader.ReadString(),
        ];
        byte[][] starts =
        [
            [.. new byte[4], .. BitConverter.GetBytes(1 << 28)], BitConverter.GetBytes(1 << 28), [], [], BitConverter.GetBytes(1000),
            BitConverter.GetBytes(4000), [.. BitConverter.GetBytes(1 << 20), 2], [0xFF, 0xFF, 0xFF, 0x7F],
        ];
        for (int i = 0; i < reads.Length; i++)
        {
            ModelReader reader = Bytes.Reader([.. starts[i], .. rest]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<FormatException>(() => reads[i](reader));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50 * rest.Length, $"{i}");
        }
    }

    [Fact]
    public void More_components_than_can_be_transformed_with_are_refused_with_the_size_and_the_limit()
    {
        byte[] Matrix(int rank) => Bytes.Of(writer => ModelFormat.Write(writer, new FactorMatrix(new float[rank], 1, rank)));
        Assert.Equal(RankLimit.Most, ModelFormat.ReadMatrix(Bytes.Reader(Matrix(RankLimit.Most))).Columns);
        var problem = Assert.Throws<FormatException>(() => ModelFormat.ReadMatrix(Bytes.Reader(Matrix(46_341))));
        Assert.Contains("1 × 46341", problem.Message);
        Assert.Contains($"{RankLimit.Most} components", problem.Message);
        Assert.Throws<FormatException>(() => ModelFormat.ReadMatrix(Bytes.Reader(Matrix(RankLimit.Most + 1))));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1)]
    public void Templates_that_are_negative_or_not_finite_are_refused(float value)
    {
        byte[] bytes = Bytes.Of(writer => ModelFormat.Write(writer, new FactorMatrix([1, 2, value, 4], 2, 2)));
        Assert.Throws<FormatException>(() => ModelFormat.ReadMatrix(Bytes.Reader(bytes)));
    }

    [Fact]
    public void Two_output_columns_of_one_name_are_refused()
    {
        byte[] Names(params string[] outputs) => Bytes.Of(new ColumnNames("Features", outputs).Write);
        Assert.Equal(["A", "B"], ColumnNames.Read(Bytes.Reader(Names("A", "B")), []).Outputs);
        Assert.Contains("two output columns", Assert.Throws<FormatException>(() => ColumnNames.Read(Bytes.Reader(Names("A", "B", "A")), [])).Message);
        Assert.Throws<FormatException>(() => ColumnNames.Read(Bytes.Reader(Names("A", "")), []));
        Assert.Throws<FormatException>(() => ColumnNames.Read(Bytes.Reader(Names()), []));
        // As the first version had them: places in ML.NET's table of strings.
        byte[] Places(params int[] places) => [.. places.SelectMany(BitConverter.GetBytes)];
        Assert.Equal(["A", "B"], ColumnNames.Read(Bytes.Reader(Places(0, 2, 1, 2), ModelReader.FirstVersion), ["Features", "A", "B"]).Outputs);
        foreach (byte[] places in new[] { Places(0, 2, 1, 1), Places(0, 1, 3), Places(-1, 1, 1), Places(0, 2, 1) })
            Assert.Throws<FormatException>(() => ColumnNames.Read(Bytes.Reader(places, ModelReader.FirstVersion), ["Features", "A", "B"]));
    }

    [Fact]
    public void Texts_are_read_as_BinaryWriter_writes_them_and_must_be_UTF8()
    {
        foreach (string text in new[] { "", "a", "größer ≥ 0", new string('x', 127), new string('y', 128), new string('≥', 30_000) })
            Assert.Equal(text, Bytes.Reader(Bytes.Of(writer => writer.Write(text))).ReadString());
        foreach (byte[] wrong in new byte[][] { [2, 0xC3, 0x28], [1, 0xFF], [3, (byte)'a'], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1] })
            Assert.Throws<FormatException>(() => Bytes.Reader(wrong).ReadString());
    }

    [Fact]
    public void The_checksum_is_CRC_32C_however_the_bytes_come()
    {
        // The check value of the catalogue of CRC algorithms for CRC-32/ISCSI.
        byte[] bytes = Encoding.ASCII.GetBytes("123456789");
        for (int first = 0; first <= bytes.Length; first++)
        {
            var checksum = new Checksum();
            checksum.Append(bytes.AsSpan(0, first));
            checksum.Append(bytes.AsSpan(first));
            Assert.Equal(0xE3069283, checksum.Value);
        }
    }

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void The_largest_numbers_of_float32_in_a_classification_layer_give_finite_scores(NeuralNmfLabelLoss loss)
    {
        var weights = new FactorMatrix([float.MaxValue, float.MaxValue, -float.MaxValue, -float.MaxValue, float.MaxValue, -float.MaxValue], 3, 2);
        var scores = new float[3];
        Assert.Equal(0, new NeuralNmfClassifier(weights, loss, null).Score([5, 3e38f], scores));
        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
        Assert.True(scores[0] > scores[1]);
    }

    // The entry of the transformer, unpacked.
    private static byte[] Read(MemoryStream file)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        using Stream entry = archive.Entries.Single(e => e.Name == "Model.key").Open();
        var content = new MemoryStream();
        entry.CopyTo(content);
        return content.ToArray();
    }

    private static void Replace(MemoryStream file, byte[] entry)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true);
        ZipArchiveEntry old = archive.Entries.Single(e => e.Name == "Model.key");
        string name = old.FullName;
        old.Delete();
        using Stream stream = archive.CreateEntry(name).Open();
        stream.Write(entry);
    }
}

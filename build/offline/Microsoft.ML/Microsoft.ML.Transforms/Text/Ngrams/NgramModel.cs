using System.Text;
using static Microsoft.ML.Transforms.Text.NgramExtractingEstimator;

namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>What is learnt of one column: which n-grams there are, and how rare they are.</summary>
internal sealed class NgramModel
{
    public const int MaxLength = 10;

    private readonly WeightingCriteria _weighting;
    private readonly double[] _inverseDocumentFrequencies;

    public NgramModel(ColumnOptions options, NgramLearner learner)
    {
        (NgramLength, SkipLength, _weighting) = (options.NgramLength, options.SkipLength, options.Weighting);
        (Pool, NonEmptyLengths) = (learner.Pool, learner.NonEmptyLengths());
        if (_weighting != WeightingCriteria.Tf)
            _inverseDocumentFrequencies = learner.InverseDocumentFrequencies();
    }

    public NgramModel(BinaryReader reader)
    {
        NgramLength = reader.ReadInt32();
        SkipLength = reader.ReadInt32();
        _weighting = (WeightingCriteria)reader.ReadInt32();
        Contracts.CheckDecode(NgramLength > 0 && SkipLength >= 0 && NgramLength + SkipLength <= MaxLength && Enum.IsDefined(_weighting));
        NonEmptyLengths = Utils.BuildArray(NgramLength, _ => reader.ReadBoolByte());
        Pool = new(reader);
        _inverseDocumentFrequencies = reader.ReadDoubleArray();
        Contracts.CheckDecode(_weighting == WeightingCriteria.Tf || Utils.Size(_inverseDocumentFrequencies) == Pool.Count);
    }

    public int NgramLength { get; }

    public int SkipLength { get; }

    /// <summary>Whether there are n-grams of length 1, 2, ...</summary>
    public bool[] NonEmptyLengths { get; }

    public NgramPool Pool { get; }

    public void Save(BinaryWriter writer)
    {
        writer.Write(NgramLength);
        writer.Write(SkipLength);
        writer.Write((int)_weighting);
        foreach (bool isNonEmpty in NonEmptyLengths)
            writer.WriteBoolByte(isNonEmpty);
        Pool.Save(writer);
        writer.WriteDoubleArray(_inverseDocumentFrequencies);
    }

    public float Weigh(int slot, int count) => _weighting switch
    {
        WeightingCriteria.Idf => (float)_inverseDocumentFrequencies[slot],
        WeightingCriteria.TfIdf => (float)(count * _inverseDocumentFrequencies[slot]),
        _ => count,
    };

    /// <summary>The n-grams in words, with bars between, and stars for words that the keys do not know.</summary>
    public void GetNames(ReadOnlySpan<ReadOnlyMemory<char>> words, ref VBuffer<ReadOnlyMemory<char>> names)
    {
        var editor = VBufferEditor.Create(ref names, Pool.Count);
        var name = new StringBuilder();
        for (int i = 0; i < Pool.Count; i++)
        {
            var ngram = Pool[i];
            if (ngram.Length == 1)
            {
                editor.Values[i] = NameOf(words, ngram[0]);
                continue;
            }

            name.Clear();
            for (int word = 0; word < ngram.Length; word++)
                name.Append(word == 0 ? "" : "|").Append(NameOf(words, ngram[word]));
            editor.Values[i] = name.ToString().AsMemory();
        }

        names = editor.Commit();
    }

    private static ReadOnlyMemory<char> NameOf(ReadOnlySpan<ReadOnlyMemory<char>> words, uint key)
        => 0 < key && key <= words.Length ? words[(int)key - 1] : "*".AsMemory();
}

using System.Collections;

namespace Microsoft.ML.Internal.Utilities;

/// <summary>A string that a pool holds once.</summary>
internal sealed class NormStr
{
    public readonly ReadOnlyMemory<char> Value;

    public readonly int Id;

    private NormStr(ReadOnlyMemory<char> value, int id) => (Value, Id) = (value, id);

    public override int GetHashCode() => string.GetHashCode(Value.Span);

    /// <summary>Gives each string a number, in the order of their coming.</summary>
    public sealed class Pool : IEnumerable<NormStr>
    {
        private readonly Dictionary<string, NormStr> _byText = [];
        private readonly Dictionary<string, NormStr>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
        private readonly List<NormStr> _all = [];

        public Pool() => _bySpan = _byText.GetAlternateLookup<ReadOnlySpan<char>>();

        public int Count => _all.Count;

        public NormStr Add(string str) => Get(str, add: true);

        public NormStr Add(ReadOnlyMemory<char> str, bool duplicateStr = true) => Get(str, add: true, duplicateStr);

        public NormStr Get(string str, bool add = false) => Get((str ?? "").AsMemory(), add);

        public NormStr Get(ReadOnlyMemory<char> str, bool add = false, bool duplicateStr = true)
        {
            if (_bySpan.TryGetValue(str.Span, out var known) || !add)
                return known;
            string text = str.ToString();
            var added = new NormStr(duplicateStr ? text.AsMemory() : str, _all.Count);
            _byText.Add(text, added);
            _all.Add(added);
            return added;
        }

        public NormStr GetNormStrById(int id)
        {
            Contracts.CheckParam(0 <= id && id < _all.Count, nameof(id));
            return _all[id];
        }

        public IEnumerator<NormStr> GetEnumerator() => _all.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

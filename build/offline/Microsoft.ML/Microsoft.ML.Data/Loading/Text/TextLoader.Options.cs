namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>The format of the files, and the columns to make of them.</summary>
    public class Options
    {
        public bool AllowQuoting = Defaults.AllowQuoting;

        public bool AllowSparse = Defaults.AllowSparse;

        public int? InputSize;

        public char[] Separators = [Defaults.Separator];

        public char DecimalMarker = Defaults.DecimalMarker;

        public Column[] Columns;

        public bool TrimWhitespace = Defaults.TrimWhitespace;

        public bool HasHeader = Defaults.HasHeader;

        public bool UseThreads = true;

        public bool ReadMultilines = Defaults.ReadMultilines;

        public string HeaderFile;

        public long? MaxRows;

        public char EscapeChar = Defaults.EscapeChar;

        public bool MissingRealsAsNaNs = Defaults.MissingRealsAsNaNs;
    }

    /// <summary>A column, and the fields it takes its values from.</summary>
    public sealed class Column
    {
        public string Name;

        internal InternalDataKind Type = InternalDataKind.R4;

        public Range[] Source;

        public KeyCount KeyCount;

        public Column()
        {
        }

        public Column(string name, DataKind dataKind, int index)
            : this(name, dataKind, [new Range(index)])
        {
        }

        public Column(string name, DataKind dataKind, int minIndex, int maxIndex)
            : this(name, dataKind, [new Range(minIndex, maxIndex)])
        {
        }

        public Column(string name, DataKind dataKind, Range[] source, KeyCount keyCount = null)
        {
            Contracts.CheckValue(name, nameof(name));
            Contracts.CheckValue(source, nameof(source));
            (Name, Type, Source, KeyCount) = (name, dataKind.ToInternalDataKind(), source, keyCount);
        }

        public DataKind DataKind
        {
            get => Type.ToDataKind();
            set => Type = value.ToInternalDataKind();
        }
    }

    /// <summary>Fields that follow each other.</summary>
    public sealed class Range
    {
        public int Min;

        public int? Max;

        public bool AutoEnd;

        public bool VariableEnd;

        public bool AllOther;

        public bool ForceVector;

        public Range()
        {
        }

        public Range(int index)
        {
            Contracts.CheckParam(index >= 0, nameof(index), "Must be non-negative");
            (Min, Max) = (index, index);
        }

        public Range(int min, int? max)
        {
            Contracts.CheckParam(min >= 0, nameof(min), "Must be non-negative");
            Contracts.CheckParam(!(max < min), nameof(max), "If specified, must be greater than or equal to min");
            (Min, Max, ForceVector, AutoEnd) = (min, max, true, max is null);
        }
    }
}

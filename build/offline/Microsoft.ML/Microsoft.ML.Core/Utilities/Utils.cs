using System.Reflection;
using System.Text;

namespace Microsoft.ML.Internal.Utilities;

/// <summary>Small helpers of arrays, sizes and permutations.</summary>
internal static partial class Utils
{
    public const int ArrayMaxSize = 0x7FEFFFFF;

    public static int Size(string x) => x?.Length ?? 0;

    public static int Size(StringBuilder x) => x?.Length ?? 0;

    public static int Size(Array x) => x?.Length ?? 0;

    public static int Size<T>(T[] x) => x?.Length ?? 0;

    public static int Size<T>(List<T> x) => x?.Count ?? 0;

    public static int Size<T>(IList<T> x) => x?.Count ?? 0;

    public static int Size<T>(IReadOnlyList<T> x) => x?.Count ?? 0;

    public static int Size<T>(HashSet<T> x) => x?.Count ?? 0;

    public static int Size<TKey, TValue>(Dictionary<TKey, TValue> x) => x?.Count ?? 0;

    public static void Add<T>(ref List<T> list, T item) => (list ??= []).Add(item);

    public static bool Add<T>(ref HashSet<T> set, T item) => (set ??= []).Add(item);

    public static void Add<TKey, TValue>(ref Dictionary<TKey, TValue> map, TKey key, TValue value) => (map ??= []).Add(key, value);

    public static T[] Concat<T>(T[] a, T[] b) => a is null ? b : b is null ? a : [.. a, .. b];

    public static T[] ToArray<T>(List<T> list) => list?.ToArray();

    public static T[] CreateArray<T>(int length, T value)
    {
        var array = new T[length];
        Array.Fill(array, value);
        return array;
    }

    public static T[] BuildArray<T>(int length, Func<int, T> func)
    {
        Contracts.CheckParam(length >= 0, nameof(length));
        Contracts.CheckValue(func, nameof(func));
        var array = new T[length];
        for (int i = 0; i < length; i++)
            array[i] = func(i);
        return array;
    }

    public static bool[] BuildArray(int length, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        Contracts.CheckParam(length >= 0, nameof(length));
        var array = new bool[length];
        foreach (var column in columnsNeeded.Where(column => column.Index < length))
            array[column.Index] = true;
        return array;
    }

    public static int EnsureSize<T>(ref T[] array, int min, bool keepOld = true) => EnsureSize(ref array, min, ArrayMaxSize, keepOld);

    public static int EnsureSize<T>(ref T[] array, int min, int max, bool keepOld = true) => EnsureSize(ref array, min, max, keepOld, out _);

    public static int EnsureSize<T>(ref T[] array, int min, int max, bool keepOld, out bool resized)
    {
        Contracts.CheckParam(min <= max, nameof(max), "min must not exceed max");
        int size = Size(array);
        resized = size < min;
        if (!resized)
            return size;
        int larger = (int)Math.Min(max, Math.Max(Math.Max(4, min), 2L * size));
        if (keepOld && size > 0)
            Array.Resize(ref array, larger);
        else
            array = new T[larger];
        return larger;
    }

    public static void Swap<T>(ref T a, ref T b) => (a, b) = (b, a);

    public static void Shuffle<T>(Random rand, Span<T> rgv)
    {
        for (int i = rgv.Length - 1; i > 0; i--)
            Swap(ref rgv[i], ref rgv[rand.Next(i + 1)]);
    }

    public static int[] GetIdentityPermutation(int size)
    {
        Contracts.CheckParam(size >= 0, nameof(size));
        return [.. Enumerable.Range(0, size)];
    }

    public static int[] GetRandomPermutation(Random rand, int size)
    {
        var permutation = GetIdentityPermutation(size);
        Shuffle<int>(rand, permutation);
        return permutation;
    }

    /// <summary>The first position whose value is not below the given one.</summary>
    public static int FindIndexSorted(ReadOnlySpan<int> input, int min, int lim, int value)
    {
        int found = input[min..lim].BinarySearch(value);
        return min + (found < 0 ? ~found : found);
    }

    public static int FindIndexSorted(int[] input, int min, int lim, int value) => FindIndexSorted(input.AsSpan(), min, lim, value);

    public static bool TryFindIndexSorted(int[] input, int min, int lim, int value, out int index)
    {
        index = FindIndexSorted(input, min, lim, value);
        return index < lim && input[index] == value;
    }

    public static bool IsIncreasing(int min, ReadOnlySpan<int> values, int lim)
    {
        foreach (int value in values)
        {
            if (value < min)
                return false;
            min = value + 1;
        }

        return min <= lim;
    }

    public static TRet MarshalInvoke<TArg1, TArg2, TArg3, TRet>(Func<TArg1, TArg2, TArg3, TRet> func, Type genArg, TArg1 arg1, TArg2 arg2, TArg3 arg3)
        => (TRet)Make(func, genArg).Invoke(func.Target, [arg1, arg2, arg3]);

    private static MethodInfo Make(Delegate func, Type type) => func.Method.GetGenericMethodDefinition().MakeGenericMethod(type);
}

namespace Microsoft.ML.Data;

internal delegate bool InPredicate<T>(in T value);

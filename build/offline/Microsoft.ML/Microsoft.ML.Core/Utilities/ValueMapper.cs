namespace Microsoft.ML.Data;

internal delegate void ValueMapper<TSrc, TDst>(in TSrc src, ref TDst dst);

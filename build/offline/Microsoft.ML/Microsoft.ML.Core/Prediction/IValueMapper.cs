namespace Microsoft.ML.Data;

/// <summary>A function of one value.</summary>
internal interface IValueMapper
{
    DataViewType InputType { get; }

    DataViewType OutputType { get; }

    ValueMapper<TSrc, TDst> GetMapper<TSrc, TDst>();
}

// A DataFrame is an IDataView; any other does here.
IDataView dataFrame = data;

// The section on reading a model has one of DeepNmf too.
DeepNmfModel deep = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text").Append(mlContext.Transforms.DeepNmf("Fields", "Words", [6, 3]))
    .Fit(mlContext.Data.TakeRows(data, 100)).FindDeepNmf().Model;

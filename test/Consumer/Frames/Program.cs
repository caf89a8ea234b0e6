using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Nmf;

// Frames: fits the columns of a data frame, and prints the size of that of the activations and whether that of the topics has words.
var context = new MLContext(seed: 1);
DataFrame data = new(Enumerable.Range(0, 4).Select(j => new DoubleDataFrameColumn($"x{j}", Enumerable.Range(0, 30).Select(i => (i + j) % 3 + 0.5))));
IDataView features = data.AsFeatures("Features");
NmfTransformer transformer = context.Transforms.Nmf("Topics", "Features", 2).Fit(features);
DataFrame result = transformer.Transform(features).ActivationsToDataFrame("Topics", "x0");
Console.WriteLine($"{result.Rows.Count} × {result.Columns.Count}, {(transformer.Model.TopicsToDataFrame().Rows.Count > 0 ? "words" : "no words")}");

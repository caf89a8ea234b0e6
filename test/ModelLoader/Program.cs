using Microsoft.ML;
using Microsoft.ML.Data;

// ModelLoader MODEL DATA COLUMN: loads the model, transforms the tab-separated floats, and prints the bits of the column's values, a row a line.
var context = new MLContext();
ITransformer model = context.Model.Load(args[0], out _);
int size = File.ReadLines(args[1]).First().Split('\t').Length;
TextLoader loader = context.Data.CreateTextLoader([new TextLoader.Column("Features", DataKind.Single, 0, size - 1)], separatorChar: '\t');
IDataView transformed = model.Transform(loader.Load(args[1]));
foreach (float[] row in transformed.GetColumn<float[]>(args[2]))
    Console.WriteLine(string.Join(' ', row.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8"))));

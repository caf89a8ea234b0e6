using Microsoft.ML;
using Microsoft.ML.Data;
using ModelLoader;

// ModelLoader MODEL DATA COLUMN: loads the model, transforms the tab-separated floats, and prints the bits of the column's values, a row a line.
// ModelLoader go-on MODEL DATA: loads the model, goes on with its training on these rows, and prints the bits of its templates, a row of a layer a line.
var context = new MLContext();
if (args[0] == "go-on")
{
    foreach (float[] row in Training.GoOn(context, context.Model.Load(args[1], out _), Read(args[2])))
        Print(row);
    return;
}

ITransformer model = context.Model.Load(args[0], out _);
foreach (float[] row in model.Transform(Read(args[1])).GetColumn<float[]>(args[2]))
    Print(row);

IDataView Read(string path)
{
    int size = File.ReadLines(path).First().Split('\t').Length;
    TextLoader loader = context.Data.CreateTextLoader([new TextLoader.Column("Features", DataKind.Single, 0, size - 1)], separatorChar: '\t');
    return loader.Load(path);
}

static void Print(float[] row) => Console.WriteLine(string.Join(' ', row.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8"))));

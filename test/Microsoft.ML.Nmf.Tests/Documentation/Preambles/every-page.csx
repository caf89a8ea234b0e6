// What the pages take as given: the usings, a context, and labelled texts.
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv"),
    [new TextLoader.Column("Label", DataKind.String, 1), new TextLoader.Column("Text", DataKind.String, 2)], hasHeader: true);

// "words is the pipeline of nmf.md".
var words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text");

// Of the texts to train on, every fifth has a label.
var parts = mlContext.Data.TrainTestSplit(data, testFraction: 0.2, seed: 1);
IDataView test = parts.TestSet;
IDataView train = mlContext.Data.LoadFromEnumerable(parts.TrainSet.GetColumn<string>("Text").Zip(parts.TrainSet.GetColumn<string>("Label"))
    .Select((note, i) => new { Text = note.First, Label = i % 5 == 0 ? note.Second : "" }).ToArray());

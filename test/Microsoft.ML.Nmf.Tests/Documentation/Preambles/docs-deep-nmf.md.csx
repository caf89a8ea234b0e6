// "words is the pipeline of nmf.md".
var words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text");

// "words is the pipeline of nmf.md"; counted words do here.
var words = mlContext.Transforms.Text.ProduceWordBags("Words", "Text", ngramLength: 1);

using Microsoft.ML.Contract.Transforms.Support;

namespace Microsoft.ML.Contract.Transforms;

public sealed class ProduceWordBagsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public ProduceWordBagsTests() => _data = _ml.Data.LoadFromEnumerable([new Line { Text = "The the  dog", More = "x" }, new Line { Text = "dog" }]);

    [Fact]
    public void A_bag_counts_the_words_as_they_stand_in_the_text()
    {
        var view = _data.Apply(_ml.Transforms.Text.ProduceWordBags("Bag", "Text", ngramLength: 1));

        Assert.Equal(["The", "the", "dog"], view.SlotNames("Bag"));
        Assert.Equal([[1f, 1f, 1f], [0f, 0f, 1f]], view.Floats("Bag"));
    }

    [Fact]
    public void Two_words_are_the_default_length()
        => Assert.Equal(["The", "The|the", "the", "the|dog", "dog"], _data.Apply(_ml.Transforms.Text.ProduceWordBags("Bag", "Text")).SlotNames("Bag"));

    [Fact]
    public void Several_texts_make_one_bag()
        => Assert.Equal(["The", "the", "dog", "x"], _data.Apply(_ml.Transforms.Text.ProduceWordBags("Bag", ["Text", "More"], ngramLength: 1)).SlotNames("Bag"));

    private sealed class Line
    {
        public string? Text { get; set; }

        public string? More { get; set; }
    }
}

#:package Nmf.MLExtension@0.2.0
#:package Plotly.NET.CSharp@0.14.0
#:property PublishAot=false

// %% [markdown]
// # Beyond text
//
// NMF does not know what a word is. It takes any table of numbers that are at least zero and whose rows are *sums of parts*: images are sums of strokes,
// spectra sums of the spectra of substances, what people like sums of tastes. This notebook makes such data from known parts, so that we can see whether
// NMF finds them.
//
// [Topics from raw text](01-topics.ipynb) explains the words used here.

// %%
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Plotly.NET;
using Plotly.NET.CSharp;
using Chart = Plotly.NET.CSharp.Chart;

// %% [markdown]
// A row is a vector of numbers. Its size has to be known to ML.NET, so the schema says it.

// %%
var mlContext = new MLContext(seed: 1);

IDataView Table(float[][] rows)
{
    SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
    schema[nameof(Row.Values)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length);
    return mlContext.Data.LoadFromEnumerable(rows.Select(values => new Row { Values = values }), schema);
}

// A column of the templates: a part, over the features.
float[] Part(FactorMatrix templates, int component) => [.. Enumerable.Range(0, templates.Rows).Select(feature => templates[feature, component])];

// %% [markdown]
// ## Parts of images
//
// Digits as a calculator shows them: seven strokes, on 12 × 8 pixels. Every image is a digit whose strokes are of different brightness, with some noise. 600
// images of 96 pixels: a table of 600 × 96.

// %%
const int Height = 12, Width = 8;
var random = new Random(1);

// The strokes: top, the upper two sides, middle, the lower two sides, bottom; as rows and columns from and to.
(int Top, int Left, int Bottom, int Right)[] strokes =
    [(1, 2, 1, 5), (2, 1, 4, 1), (2, 6, 4, 6), (5, 2, 5, 5), (6, 1, 9, 1), (6, 6, 9, 6), (10, 2, 10, 5)];
string[] digits = ["0124 56", "  2  5 ", "0 234 6", "0 23 56", " 123 5 ", "01 3 56", "01 3456", "0 2  5 ", "0123456", "0123 56"];

float[] Draw(string digit)
{
    var pixels = new float[Height * Width];
    foreach (char stroke in digit.Where(char.IsDigit))
    {
        (int top, int left, int bottom, int right) = strokes[stroke - '0'];
        float brightness = 1.2f * random.NextSingle();
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
                pixels[(y * Width) + x] += brightness;
        }
    }

    return [.. pixels.Select(pixel => pixel + (0.05f * random.NextSingle()))];
}

int[] labels = [.. Enumerable.Range(0, 600).Select(i => i % 10)];
float[][] images = [.. labels.Select(label => Draw(digits[label]))];

// All pictures in one, each as bright as its brightest pixel, with a dark line around them.
GenericChart Pictures(IEnumerable<float[]> pictures, int columns)
{
    const double Dark = -0.25;
    var lines = new List<double[]>();
    float[][] all = [.. pictures];
    foreach (float[][] row in all.Chunk(columns))
    {
        lines.Add([.. Enumerable.Repeat(Dark, columns * (Width + 1))]);
        for (int y = 0; y < Height; y++)
        {
            lines.Add([.. row.SelectMany(picture => picture.Skip(y * Width).Take(Width)
                .Select(pixel => Math.Round(pixel / picture.Max(), 3)).Append(Dark))]);
        }
    }

    return Chart.Heatmap<double, int, int, string>(lines, ColorScale: StyleParam.Colorscale.Viridis, ShowScale: false, ReverseYAxis: true)
        .WithSize(Width: 160 + (90 * columns), Height: 180 + (9 * lines.Count));
}

Show("The first ten images", Pictures(images.Take(10), columns: 5));

// %% [markdown]
// Seven components, one for each stroke that we know of. The program is told nothing of strokes, of neighbouring pixels, or of digits.

// %%
IDataView imageTable = Table(images);
ITransformer imageModel = mlContext.Transforms.Nmf(new NmfEstimator.Options
{
    OutputColumnName = "Parts",
    InputColumnName = "Values",
    Rank = 7,
    MaximumNumberOfIterations = 2000,
    Tolerance = 1e-7,
}).Fit(imageTable);
NmfModel imageNmf = imageModel.FindNmf().Model;
Console.WriteLine(imageNmf);
Show("The parts that NMF finds", Pictures(Enumerable.Range(0, 7).Select(component => Part(imageNmf.Templates, component)), columns: 7));

// %% [markdown]
// The strokes. That is what *parts* means. A method that may subtract, such as principal components, would give seven mixtures of all strokes instead. It
// takes one thing: that the parts vary by themselves. Each stroke here is faint in some digits. Strokes that always came together, equally bright, would be
// one part, and rightly so.
//
// An image is now seven numbers, and can be put together from them again: `Reconstruct` gives h Wᵀ. The noise is gone, for no part can make it.

// %%
float[][] imageActivations = [.. imageModel.Transform(imageTable).GetColumn<float[]>("Parts")];
Show("Seven images, and what seven numbers keep of each",
    Pictures([.. images.Take(7), .. imageActivations.Take(7).Select(row => imageNmf.Reconstruct(row))], columns: 7));

// %% [markdown]
// ## Spectra
//
// A spectrometer measures mixtures. Each substance has a spectrum of its own, a few peaks; a mixture has the sum, weighted by the concentrations. Given
// many mixtures and nothing else, which substances are there, and how much of each? Chemists call it *unmixing*.

// %%
const int Channels = 120, Substances = 3;
(double Centre, double Spread, double Height)[][] peaks =
[
    [(20, 4, 1.0), (70, 6, 0.6)],
    [(35, 5, 0.9), (90, 3, 0.8)],
    [(55, 8, 0.7), (105, 4, 1.0)],
];
double[][] pure =
[
    .. peaks.Select(own => Enumerable.Range(0, Channels)
        .Select(channel => own.Sum(peak => peak.Height * Math.Exp(-0.5 * Math.Pow((channel - peak.Centre) / peak.Spread, 2)))).ToArray()),
];

// Concentrations that add up to 1; few mixtures are of one substance alone.
double[][] concentrations =
[
    .. Enumerable.Range(0, 200).Select(_ =>
    {
        double[] draw = [.. Enumerable.Range(0, Substances).Select(_ => -Math.Log(1 - random.NextDouble()))];
        return draw.Select(amount => amount / draw.Sum()).ToArray();
    }),
];
float[][] spectra =
[
    .. concentrations.Select(mixture => Enumerable.Range(0, Channels)
        .Select(channel => (float)(mixture.Select((amount, s) => amount * pure[s][channel]).Sum() + (0.01 * random.NextDouble()))).ToArray()),
];
Show("Five of the mixtures", Chart.Combine(spectra.Take(5).Select((spectrum, i) => Chart.Line<int, double, string>(
        x: Enumerable.Range(0, Channels), y: spectrum.Select(value => Math.Round(value, 4)), Name: $"mixture {i}")))
    .WithXAxisStyle<double, double, string>(TitleText: "channel")
    .WithSize(Width: 800, Height: 350));

// %%
IDataView spectrumTable = Table(spectra);
ITransformer spectrumModel = mlContext.Transforms.Nmf(new NmfEstimator.Options
{
    OutputColumnName = "Amounts",
    InputColumnName = "Values",
    Rank = Substances,
    MaximumNumberOfIterations = 2000,
    Tolerance = 1e-7,
    Normalization = ActivationNormalization.Shares,
}).Fit(spectrumTable);
FactorMatrix found = spectrumModel.FindNmf().Model.Templates;

// A part may come at any height and in any place, so each substance gets the part that is most like it.
double Cosine(IEnumerable<double> a, IEnumerable<double> b)
    => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));
double[][] foundParts = [.. Enumerable.Range(0, Substances).Select(component => Part(found, component).Select(value => (double)value).ToArray())];
int[] partOf = [.. pure.Select(spectrum => Enumerable.Range(0, Substances).MaxBy(component => Cosine(spectrum, foundParts[component])))];
double[] OfLargest(double[] spectrum) => [.. spectrum.Select(value => Math.Round(value / spectrum.Max(), 4))];
Show("Spectra of the substances: true, and as found", Chart.Combine(Enumerable.Range(0, Substances).SelectMany(s => new[]
    {
        Chart.Line<int, double, string>(
            Enumerable.Range(0, Channels), OfLargest(pure[s]), Name: $"substance {s}", LineDash: StyleParam.DrawingStyle.Dot),
        Chart.Line<int, double, string>(
            Enumerable.Range(0, Channels), OfLargest(foundParts[partOf[s]]), Name: $"part {partOf[s]}"),
    }))
    .WithXAxisStyle<double, double, string>(TitleText: "channel")
    .WithYAxisStyle<double, double, string>(TitleText: "of its largest value")
    .WithSize(Width: 850, Height: 400));

// %% [markdown]
// And how much of each substance is in a mixture? The activations say so: `Shares` weights a part by all that it brings to a row, so that shares differ
// from concentrations by a factor for each substance, but rise and fall with them.

// %%
float[][] amounts = [.. spectrumModel.Transform(spectrumTable).GetColumn<float[]>("Amounts")];
double Correlation(double[] a, double[] b) => Cosine(a.Select(x => x - a.Average()).ToArray(), b.Select(x => x - b.Average()).ToArray());
Show("Substances", Enumerable.Range(0, Substances).Select(s => new
{
    Substance = s,
    Part = partOf[s],
    SpectrumIsLikeThePart = Cosine(pure[s], foundParts[partOf[s]]),
    ConcentrationFollowsTheShare = Correlation([.. concentrations.Select(mixture => mixture[s])], [.. amounts.Select(row => (double)row[partOf[s]])]),
}));

// %% [markdown]
// Power spectra of sound span many powers of ten. For those take `Beta = BetaDivergence.ItakuraSaito`, to which a value that is off by a tenth is as wrong
// at 0.001 as at 1000.
//
// ## Ratings
//
// 300 people and 40 films; a cell is how often a person watched a film, and most are 0. Each person has a taste or two out of four. These are counts, so β
// = 1, the Kullback-Leibler divergence, suits them better than squares: it expects a count to be off by about its root.

// %%
const int Films = 40, Tastes = 4;
string[] genres = ["space", "crime", "romance", "cartoon"];
string[] films = [.. Enumerable.Range(0, Films).Select(film => $"{genres[film / 10]} {film % 10}")];
int Poisson(double mean)
{
    int count = -1;
    for (double product = 1, limit = Math.Exp(-mean); product > limit || count < 0; count++)
        product *= random.NextDouble();
    return count;
}

float[][] watched =
[
    .. Enumerable.Range(0, 300).Select(person =>
    {
        int first = person % Tastes, second = random.Next(Tastes);
        return Enumerable.Range(0, Films).Select(film =>
        {
            int genre = film / 10;
            double mean = 0.05 + (genre == first ? 1.2 : 0) + (genre == second ? 0.6 : 0);
            // Some films are watched more than others.
            return (float)Poisson(mean * 2 / (1 + (film % 10)));
        }).ToArray();
    }),
];
double empty = watched.Average(row => row.Count(count => count == 0) / (double)Films);
Show("The table", [new { People = watched.Length, Films, Watched = watched.Sum(row => row.Sum()), EmptyPercent = 100 * empty }]);

// %% [markdown]
// A topic is a taste here, and its words are films: `Feature` is the number of the column.

// %%
IDataView filmTable = Table(watched);
ITransformer tastes = mlContext.Transforms.Nmf(new NmfEstimator.Options
{
    OutputColumnName = "Tastes",
    InputColumnName = "Values",
    Rank = Tastes,
    Beta = BetaDivergence.KullbackLeibler,
    MaximumNumberOfIterations = 500,
    Normalization = ActivationNormalization.None,
}).Fit(filmTable);
NmfModel tasteModel = tastes.FindNmf().Model;
Console.WriteLine(tasteModel);
Show("Tastes", tasteModel.GetTopics(wordsPerTopic: 6).Zip(tasteModel.GetPrevalence(), (topic, share) => new
{
    Taste = topic.Index,
    Percent = 100 * share,
    Films = topic.Words.Select(word => films[word.Feature]),
}));

// %% [markdown]
// What should a person watch next? The reconstruction h Wᵀ says how often somebody of these tastes would watch each film. The highest of those not yet
// watched are the answer.

// %%
float[][] tasteOf = [.. tastes.Transform(filmTable).GetColumn<float[]>("Tastes")];
Show("Recommended", Enumerable.Range(0, 4).Select(person =>
{
    float[] expected = tasteModel.Reconstruct(tasteOf[person]);
    return new
    {
        Person = person,
        WatchedMost = Enumerable.Range(0, Films).OrderByDescending(film => watched[person][film]).Take(4).Select(film => films[film]),
        WatchNext = Enumerable.Range(0, Films).Where(film => watched[person][film] == 0).OrderByDescending(film => expected[film]).Take(3)
            .Select(film => films[film]),
    };
}));
Show("Tastes of the first forty people", Chart.Heatmap<double, int, string, string>(
        Enumerable.Range(0, Tastes).Select(taste => tasteOf.Take(40).Select(row => Math.Round(row[taste], 3)).ToArray()).ToArray(),
        Y: Enumerable.Range(0, Tastes).Select(taste => $"taste {taste}").ToArray(),
        ColorScale: StyleParam.Colorscale.Viridis)
    .WithXAxisStyle<double, double, string>(TitleText: "person")
    .WithSize(Width: 850, Height: 300));

// %% [markdown]
// A zero here means *not watched*, which says something. Where a zero would mean *not known*, as with stars from one to five, NMF takes it for a low
// rating: use ML.NET's `MatrixFactorization` trainer, which learns from the known cells alone.
//
// **What to take along.** Sums of parts, at least zero: then NMF finds the parts. β = 2 for errors of one size, 1 for counts, 0 for power spectra.

// %% [types]
/// <summary>A row of a table.</summary>
internal sealed class Row
{
    public float[] Values { get; set; } = [];
}

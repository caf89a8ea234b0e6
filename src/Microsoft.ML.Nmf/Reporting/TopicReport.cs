using System.Reflection;
using System.Text;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Reporting;

/// <summary>
/// Writes a model as one HTML file that needs nothing else, on or off line: the tree of topics with their words, a map, shares, a table and the training.
/// The page is drawn by its own script from the content that it holds as JSON; what comes from data enters the page as text, never as markup.
/// </summary>
internal static class TopicReport
{
    private const string Folder = "Microsoft.ML.Nmf.Reporting.Page";

    /// <summary>Writes a report.</summary>
    /// <param name="path">The file to write. One that is there is replaced, once the report is complete.</param>
    /// <param name="layers">The layers of topics.</param>
    /// <param name="examinations">What topics are in some data, or null.</param>
    /// <param name="content">Makes what it tells, of examinations that fit the layers.</param>
    public static void Save(
        string path, IReadOnlyList<TopicSet> layers, IEnumerable<TopicExamination>? examinations, Func<TopicExamination[], ReportContent> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        TopicExamination[] those = [.. examinations ?? []];
        foreach (TopicExamination examined in those)
            Check(examined, layers);
        WholeFile.Write(path, Page(content(those)));
    }

    /// <summary>The page.</summary>
    public static string Page(ReportContent content)
    {
        // The content is put in last, because it may hold any text.
        string page = Part("report.html").Replace("/*style*/", Part("report.css")).Replace("/*script*/", Part("report.js"));
        int place = page.IndexOf("/*content*/", StringComparison.Ordinal);
        return string.Concat(page.AsSpan(0, place), content.ToJson(), page.AsSpan(place + "/*content*/".Length));
    }

    private static void Check(TopicExamination examined, IReadOnlyList<TopicSet> layers)
    {
        ArgumentNullException.ThrowIfNull(examined);
        if (examined.Layer >= layers.Count || examined.Topics.Count != layers[examined.Layer].Rank)
        {
            throw new ArgumentException($"An examination is of {examined.Topics.Count} topics of layer {examined.Layer}, which this model does not have. "
                + "Give examinations of the model's own transformer.", nameof(examined));
        }
    }

    private static string Part(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Folder}.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

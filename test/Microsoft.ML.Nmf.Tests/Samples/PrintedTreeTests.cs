using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Nmf.Tests.Reference;
using TopicModel;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>The sample's tree of topics has each topic in its place, and colours where there is a terminal.</summary>
public partial class PrintedTreeTests
{
    [Theory, InlineData("DeepNmf"), InlineData("NeuralNmf, text")]
    public void Every_topic_stands_on_a_line_as_deep_as_it_is_in_the_tree(string kind)
    {
        IReadOnlyList<TopicNode> roots = Tree(kind);
        (int Depth, string Text)[] expected = [.. roots.SelectMany(root => Below(root, 1))];
        Assert.Contains(expected, line => line.Depth == 2);
        string[] lines = Print(roots, isTerminal: false).Lines;
        Assert.Equal("topics", lines[0]);
        // A level is four characters wide.
        Assert.Equal(expected, lines[1..].Select(line => Branches().Match(line)).Select(match => (match.Groups[1].Length / 4, match.Groups[2].Value)));

        static IEnumerable<(int, string)> Below(TopicNode node, int depth)
        {
            string share = node.Prevalence.ToString("P0", CultureInfo.InvariantCulture);
            return [(depth, $"{share}  {node.Topic}"), .. node.Children.SelectMany(child => Below(child, depth + 1))];
        }
    }

    [Fact]
    public void Colours_are_for_terminals_and_change_no_text()
    {
        IReadOnlyList<TopicNode> roots = Tree("DeepNmf");
        string plain = Print(roots, isTerminal: false).Text, coloured = Print(roots, isTerminal: true).Text;
        Assert.DoesNotContain('\e', plain);
        // Neighbours differ in colour.
        Assert.Equal(Math.Min(roots.Count, 4), Colour().Matches(coloured).Select(match => match.Value).Distinct().Count());
        Assert.Equal(plain, Sequence().Replace(coloured, ""));
    }

    [Fact]
    public void Words_can_command_neither_the_terminal_nor_the_printing()
    {
        var word = new TopicWord { Word = "\e[2J\a[red]x[/]", Feature = 0, Weight = 1, Relevance = 0 };
        var node = new TopicNode { Layer = 0, Topic = new Topic { Index = 0, Name = "x", Prevalence = 1, Words = [word] }, Prevalence = 1, Children = [] };
        Assert.EndsWith("\uFFFD[2J\uFFFD[red]x[/]", Print([node], isTerminal: false).Lines[1]);
        Assert.Contains("\uFFFD[2J\uFFFD[red]x[/]", Sequence().Replace(Print([node], isTerminal: true).Text, ""));
    }

    private static IReadOnlyList<TopicNode> Tree(string kind)
    {
        ITransformer model = SavedModels.Train(kind).Model;
        return kind == "DeepNmf" ? model.FindDeepNmf().Model.GetHierarchy() : model.FindNeuralNmf().Model.GetHierarchy();
    }

    private static PrintedConsole Print(IReadOnlyList<TopicNode> roots, bool isTerminal)
    {
        var printed = new PrintedConsole(isTerminal);
        printed.Console.Write(TopicTree.Of(roots));
        return printed;
    }

    [GeneratedRegex(@"^([│├└─ ]*[─] )\s*(.*)$")]
    private static partial Regex Branches();

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Sequence();

    [GeneratedRegex(@"(?<=\e\[([0-9]+;)*)3[0-7](?=m)")]
    private static partial Regex Colour();
}

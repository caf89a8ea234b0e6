using Microsoft.ML.Nmf;
using Spectre.Console;

namespace TopicModel;

/// <summary>Topics of several layers as a tree: below each coarse one the finer ones that it is made of, with shares and words.</summary>
public static class TopicTree
{
    // Of the colours that every terminal has, those that can be read on black and on white. Each branch has one.
    private static readonly Color[] _colours = [Color.Green, Color.Teal, Color.Purple, Color.Olive];

    /// <summary>The tree, to be written to a console, which leaves the colours out where it has none.</summary>
    public static Tree Of(IReadOnlyList<TopicNode> roots)
    {
        var tree = new Tree(new Text("topics"));
        for (int i = 0; i < roots.Count; i++)
            Add(tree, roots[i], new Style(_colours[i % _colours.Length], decoration: Decoration.Bold));
        return tree;
    }

    private static void Add(IHasTreeNodes parent, TopicNode topic, Style style)
    {
        string share = FormattableString.Invariant($"{topic.Prevalence,4:P0}  ");
        TreeNode node = parent.AddNode(new Paragraph(share).Append(Printed.Text(topic.Topic.ToString()), style));
        foreach (TopicNode finer in topic.Children)
            Add(node, finer, new Style(style.Foreground));
    }
}

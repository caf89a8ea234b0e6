namespace TopicModel;

/// <summary>Text from data or from a model file, for a console.</summary>
internal static class Printed
{
    /// <summary>The text without control characters, by which it could command the terminal.</summary>
    public static string Text(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}

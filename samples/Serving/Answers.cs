using System.Text.Json.Serialization;

namespace Serving;

/// <summary>What is asked: a text.</summary>
internal sealed record TextQuestion(string Text);

/// <summary>
/// What a text is about: its topics, the largest first, and how well each class fits, the best first. None where it has no word that the model knows.
/// </summary>
internal sealed record TextAnswer(IReadOnlyList<TopicShare> Topics, IReadOnlyList<ClassScore> Classes);

/// <summary>A topic of a text.</summary>
/// <param name="Topic">Its number.</param>
/// <param name="Share">Its share of the text; the shares of all topics add up to 1.</param>
/// <param name="Words">Its heaviest words.</param>
internal sealed record TopicShare(int Topic, float Share, IReadOnlyList<string> Words);

/// <summary>A class, and its probability.</summary>
internal sealed record ClassScore(string Class, float Score);

/// <summary>The model that is served, and what the service uses.</summary>
internal sealed record ModelDescription(string File, DateTimeOffset Written, int Reloads, int Topics, int Classes, long ManagedBytes, long WorkingSet);

// Written at compile time, which a trimmed service needs.
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TextQuestion))]
[JsonSerializable(typeof(TextAnswer))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
internal sealed partial class AnswerFormat : JsonSerializerContext;

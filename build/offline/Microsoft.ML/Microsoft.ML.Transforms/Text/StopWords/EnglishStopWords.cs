namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Words that say how a sentence hangs together rather than what it is about.</summary>
internal static class EnglishStopWords
{
    private const string Determiners = """
        a an the this that these those each every either neither another other others such same some any all both few many
        much more most several none no own enough less least one two three four five six eight nine ten eleven twelve
        fifteen twenty forty sixty hundred first third last whole
        """;

    private const string Pronouns = """
        me my myself we us our ours ourselves he him his himself she her hers herself it its itself they them their
        themselves who whom whose whoever which what whatever someone something anyone anything everyone everything nobody
        noone nothing
        """;

    private const string Verbs = """
        am is are was were be been being has have had hasnt do done can cannot cant could couldnt may might must should will
        would become became becomes becoming keep made go get give put take see seem seemed seeming seems show find found
        move call please
        """;

    private const string Prepositions = """
        of in to for with on at by from up about into over after above across against along among amongst around before
        behind below beside besides between beyond down during except off onto out per through throughout thru
        toward towards under upon via within without re de
        """;

    private const string Conjunctions = "and or but nor so if because since although though while whereas until than as whether";

    private const string Adverbs = """
        not now then there here hence thence where when why how again also already always almost alone afterwards beforehand
        else even ever never formerly former further however indeed latter latterly meanwhile moreover mostly namely
        nevertheless next often once only otherwise perhaps rather still therefore thus together too very well somehow
        sometime sometimes somewhere anywhere everywhere elsewhere nowhere anyhow anyway whence whenever wherever whither
        hereafter hereby herein hereupon thereafter thereby therein thereupon whereafter whereby wherein whereupon
        part side front back top bottom full empty due etc eg ie co inc ltd un con
        """;

    public static IEnumerable<string> All
        => new[] { Determiners, Pronouns, Verbs, Prepositions, Conjunctions, Adverbs }
            .SelectMany(words => words.Split((char[])null, StringSplitOptions.RemoveEmptyEntries));
}

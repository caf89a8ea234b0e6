namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Letters with marks, in Latin, Greek and Cyrillic.</summary>
internal static class Diacritics
{
    // A letter, then the letters that are this one with marks.
    private const string Families = """
        AÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦ CÇĆĈĊČ DĎ EÈÉÊËĒĔĖĘĚȄȆȨ GĜĞĠĢǦǴ HĤȞ IÌÍÎÏĨĪĬĮİǏȈȊ JĴ KĶǨ LĹĻĽ NÑŃŅŇǸ OÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰ
        RŔŖŘȐȒ SŚŜŞŠȘ TŢŤȚ UÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖ WŴ YÝŶŸȲ ZŹŻŽ aàáâãäåāăąǎǟǡǻȁȃȧ cçćĉċč dď eèéêëēĕėęěȅȇȩ gĝğġģǧǵ hĥȟ
        iìíîïĩīĭįǐȉȋ jĵǰ kķǩ lĺļľ nñńņňǹ oòóôõöōŏőơǒǫǭȍȏȫȭȯȱ rŕŗřȑȓ sśŝşšș tţťț uùúûüũūŭůűųưǔǖǘǚǜȕȗ wŵ yýÿŷȳ zźżž ÆǢǼ
        ØǾ æǣǽ øǿ ƷǮ ʒǯ ΑΆ ΕΈ ΗΉ ΙΊΪ ΟΌ ΥΎΫ ΩΏ αά εέ ηή ιΐίϊ οό υΰϋύ ωώ ϒϓϔ ІЇ АӐӒ ГЃ ЕЀЁӖ ЖӁӜ ЗӞ ИЍЙӢӤ КЌ ОӦ УЎӮӰӲ ЧӴ
        ЫӸ ЭӬ аӑӓ гѓ еѐёӗ жӂӝ зӟ ийѝӣӥ кќ оӧ уўӯӱӳ чӵ ыӹ эӭ ії ѴѶ ѵѷ ӘӚ әӛ ӨӪ өӫ
        """;

    private static readonly Dictionary<char, char> _plain = Families.Split((char[])null, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(family => family.Skip(1).Select(marked => (marked, family[0])))
        .ToDictionary();

    public static char Remove(char c) => _plain.GetValueOrDefault(c, c);

    /// <summary>Whether a character is a mark on the letter before it: a general, a Hebrew or an Arabic one.</summary>
    public static bool IsCombining(char c)
        => c is >= '\u0300' and <= '\u036F'
            or >= '\u0591' and <= '\u05BD' or '\u05C1' or '\u05C2' or '\u05C4' or '\u05C5' or '\u05C7'
            or >= '\u0610' and <= '\u0615' or >= '\u064C' and <= '\u065E' or '\u0670';
}

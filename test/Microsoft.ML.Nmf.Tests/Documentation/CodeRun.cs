using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Xunit.Sdk;

namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>Compiles blocks of code as a reader would, and runs them one after the other, each with what those before it declared.</summary>
internal static class CodeRun
{
    // Those of a new console project.
    private static readonly string[] _implicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks"];

    // What an application has that refers to Nmf.MLExtension and its packages, but for the tests themselves.
    private static readonly ScriptOptions _options = ScriptOptions.Default
        .WithImports(_implicitUsings)
        .AddReferences(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => name.StartsWith("Microsoft.ML", StringComparison.Ordinal) || name.StartsWith("Orleans.", StringComparison.Ordinal)
                || name is "TorchSharp" or "Microsoft.Extensions.DependencyInjection.Abstractions" or "Microsoft.Extensions.Options")
            .Select(name => Assembly.Load(name))
            .Where(assembly => assembly != typeof(CodeRun).Assembly));

    /// <summary>Runs all the blocks, in one state.</summary>
    /// <exception cref="XunitException">A block does not compile without a warning, or throws; the message says which.</exception>
    public static async Task Run(IEnumerable<CodeBlock> blocks, params string[] usings)
    {
        // Files that a block names lie beside the program.
        Environment.CurrentDirectory = AppContext.BaseDirectory;
        ScriptOptions options = _options.AddImports(usings);
        ScriptState? state = null;
        foreach (CodeBlock block in blocks)
        {
            string code = WithoutUsingDeclarations(block).CodeWithPlace;
            Script script = state is null ? CSharpScript.Create(code, options) : state.Script.ContinueWith(code, options);
            Refuse(block, script.GetCompilation().GetDiagnostics());
            try
            {
                state = state is null ? await script.RunAsync() : await script.RunFromAsync(state);
            }
            catch (Exception exception)
            {
                throw new XunitException($"{block.Place}({block.Line}) throws {exception.GetType().Name}: {exception.Message}\n\n{block.Code}", exception);
            }
        }
    }

    /// <summary>Whether a block is a program, which declares the types that it needs.</summary>
    public static bool IsProgram(CodeBlock block) => Members(block).Any(member => member is BaseTypeDeclarationSyntax);

    /// <summary>Compiles a block as the only file of a console project.</summary>
    /// <exception cref="XunitException">It does not compile without a warning.</exception>
    public static void CompileAlone(CodeBlock block)
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        string usings = string.Concat(_implicitUsings.Select(name => $"global using {name};"));
        var program = CSharpCompilation.Create("Program", [CSharpSyntaxTree.ParseText(usings), CSharpSyntaxTree.ParseText(block.CodeWithPlace)],
            platform.Select(file => MetadataReference.CreateFromFile(file)), new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        Refuse(block, program.GetDiagnostics());
    }

    // A script has none outside of its methods. What they would dispose lives on.
    private static CodeBlock WithoutUsingDeclarations(CodeBlock block)
    {
        char[] code = block.Code.ToCharArray();
        foreach (GlobalStatementSyntax global in Members(block).OfType<GlobalStatementSyntax>())
        {
            if (global.Statement is LocalDeclarationStatementSyntax declaration)
                code.AsSpan(declaration.UsingKeyword.SpanStart, declaration.UsingKeyword.Span.Length).Fill(' ');
        }

        return block with { Code = new string(code) };
    }

    private static SyntaxList<MemberDeclarationSyntax> Members(CodeBlock block) => CSharpSyntaxTree.ParseText(block.Code).GetCompilationUnitRoot().Members;

    private static void Refuse(CodeBlock block, IEnumerable<Diagnostic> diagnostics)
    {
        // CS1701, that a reference has a later version than was compiled against, is silent in a project too.
        Diagnostic[] faults = [.. diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS1701")];
        if (faults.Length > 0)
            throw new XunitException($"{block.Place}({block.Line}) does not compile:\n{string.Join('\n', (object[])faults)}\n\n{block.Code}");
    }
}

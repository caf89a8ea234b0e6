using System.Reflection;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>The class of a job by its name, which is how the client tells silos of it.</summary>
internal static class JobType
{
    /// <summary>The name: of the class and of its assembly, without versions.</summary>
    /// <exception cref="ArgumentException">Silos could not make an object of the class.</exception>
    public static string NameOf(Type type)
    {
        string name = $"{type.FullName}, {type.Assembly.GetName().Name}";
        if (!type.IsVisible || type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw new ArgumentException($"Silos cannot make a {type}. Make it a public class with a public constructor without parameters.", nameof(type));
        return name;
    }

    /// <summary>Makes what opens the partitions of a job.</summary>
    /// <exception cref="InvalidOperationException">There is no such class here, or it is not a job.</exception>
    public static IPartitionLoader Load(string name)
    {
        Type type;
        try
        {
            type = Type.GetType(name, throwOnError: true)!;
        }
        catch (Exception problem) when (problem is TypeLoadException or IOException or BadImageFormatException)
        {
            throw new InvalidOperationException(
                $"This silo does not have the job '{name}': {problem.Message} Have every silo's program refer to the assembly of the job, in the client's version.", problem);
        }

        Type? job = type.GetInterfaces().FirstOrDefault(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IClusterJob<>));
        if (job is null || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
        {
            throw new InvalidOperationException(
                $"On this silo '{name}' does not implement IClusterJob, or has no public constructor without parameters. Start the silos with the client's version of it.");
        }

        Type loader = typeof(PartitionLoader<>).MakeGenericType(job.GetGenericArguments());
        return (IPartitionLoader)Activator.CreateInstance(loader, constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null))!;
    }
}

namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Reads and checks the parts that the models of this library are written in.</summary>
internal static class ModelDecoding
{
    /// <summary>Refuses a file that cannot have been written by this library.</summary>
    /// <exception cref="FormatException">The condition does not hold.</exception>
    public static void Check(bool condition, string problem)
    {
        if (!condition)
            throw new FormatException($"The model file is damaged or was not written by this library: {problem}.");
    }

    // *** Binary format of a matrix ***
    // int: rows
    // int: columns
    // float, rows × columns: the values, row after row

    /// <summary>Writes a matrix.</summary>
    public static void Write(BinaryWriter writer, FactorMatrix matrix)
    {
        writer.Write(matrix.Rows);
        writer.Write(matrix.Columns);
        foreach (float value in matrix.Values)
            writer.Write(value);
    }

    /// <summary>Reads a matrix whose values must be finite and not negative.</summary>
    public static FactorMatrix ReadMatrix(BinaryReader reader)
    {
        int rows = reader.ReadInt32();
        int columns = reader.ReadInt32();
        Check(rows > 0 && columns > 0 && (long)rows * columns <= Array.MaxLength, "the size of a matrix is not possible");
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadSingle();
            Check(values[i] >= 0 && values[i] <= float.MaxValue, "a matrix has a value that is negative or not finite");
        }

        return FactorMatrix.TakeOver(values, rows, columns);
    }

    // *** Binary format of names ***
    // int: how many there are, −1 for none at all
    // string, for each: the name, UTF-8 after its length

    /// <summary>Writes names or their absence.</summary>
    public static void Write(BinaryWriter writer, IReadOnlyList<string>? names)
    {
        writer.Write(names?.Count ?? -1);
        foreach (string name in names ?? [])
            writer.Write(name);
    }

    /// <summary>Reads as many names as there must be, or none.</summary>
    public static string[]? ReadNames(BinaryReader reader, int count)
    {
        int stored = reader.ReadInt32();
        if (stored == -1)
            return null;
        Check(stored == count, "there are not as many names as features");
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = reader.ReadString();
        return names;
    }

    // *** Binary format of a history ***
    // bool: whether it converged
    // int: how many entries there are
    // double × 3, for each: objective, divergence, seconds

    /// <summary>Writes a history.</summary>
    public static void Write(BinaryWriter writer, TrainingHistory history)
    {
        writer.Write(history.Converged);
        writer.Write(history.Count);
        foreach (TrainingIteration iteration in history)
        {
            writer.Write(iteration.Objective);
            writer.Write(iteration.Divergence);
            writer.Write(iteration.Seconds);
        }
    }

    /// <summary>Reads a history of at least one entry.</summary>
    public static TrainingHistory ReadHistory(BinaryReader reader)
    {
        bool converged = reader.ReadBoolean();
        int count = reader.ReadInt32();
        Check(count > 0, "the training history is empty");
        var iterations = new List<TrainingIteration>();
        for (int i = 0; i < count; i++)
            iterations.Add(new TrainingIteration(i, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()));
        Check(iterations.TrueForAll(i => double.IsFinite(i.Objective) && double.IsFinite(i.Divergence)), "the training history is not finite");
        return new TrainingHistory(iterations, converged);
    }

    // *** Binary format of phases ***
    // int: how many there are
    // string and history, for each: its name and how it went

    /// <summary>Writes phases.</summary>
    public static void Write(BinaryWriter writer, IReadOnlyList<TrainingPhase> phases)
    {
        writer.Write(phases.Count);
        foreach (TrainingPhase phase in phases)
        {
            writer.Write(phase.Name);
            Write(writer, phase.History);
        }
    }

    /// <summary>Reads at least one phase.</summary>
    public static List<TrainingPhase> ReadPhases(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        Check(count is > 0 and < 1 << 12, "the number of phases is not possible");
        var phases = new List<TrainingPhase>();
        for (int i = 0; i < count; i++)
            phases.Add(new TrainingPhase(reader.ReadString(), ReadHistory(reader)));
        return phases;
    }

    /// <summary>Reads the templates of at least one layer: their number, then a matrix each.</summary>
    public static FactorMatrix[] ReadLayers(BinaryReader reader)
    {
        int depth = reader.ReadInt32();
        Check(depth is > 0 and < 1 << 10, "the number of layers is not possible");
        var templates = new FactorMatrix[depth];
        for (int i = 0; i < depth; i++)
        {
            templates[i] = ReadMatrix(reader);
            Check(i == 0 || templates[i].Rows == templates[i - 1].Columns, "two layers do not fit each other");
        }

        return templates;
    }
}

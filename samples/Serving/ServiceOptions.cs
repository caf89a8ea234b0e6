namespace Serving;

/// <summary>What the service is told by the command line, by environment variables, or by appsettings.json.</summary>
internal sealed class ServiceOptions
{
    /// <summary>The model file; where there is none, a model of the sample's notes is trained and saved there.</summary>
    public string Model { get; set; } = "serving-model.zip";

    /// <summary>How often the file is looked at, in seconds.</summary>
    public double ReloadSeconds { get; set; } = 2;
}

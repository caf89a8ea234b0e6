using System.Globalization;
using Cluster;

// silos N [PORT]: starts N silos, each a process of its own, and waits until it is interrupted.
// train [PARTITIONS [PORT]]: trains on them, and prints the topics.
return args switch
{
    ["silos", string count, .. string[] rest] when Number(count) is > 0 and <= 20 => await SiloProcesses.Run(Number(count), Port(rest, 0)),
    ["silo", string index, string port] => await LocalSilo.Run(Number(index), Number(port)),
    ["train", .. string[] rest] => await ClusterTraining.Run(rest.Length > 0 ? Number(rest[0]) : 6, Port(rest, 1)),
    _ => Usage(),
};

static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

static int Port(string[] rest, int place) => rest.Length > place ? Number(rest[place]) : LocalSilo.FirstPort;

static int Usage()
{
    Console.Error.WriteLine("Usage: silos N [PORT], with N from 1 to 20, and in another terminal train [PARTITIONS [PORT]].");
    return 1;
}

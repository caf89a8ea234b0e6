global using TorchSharp.Contract.Support;

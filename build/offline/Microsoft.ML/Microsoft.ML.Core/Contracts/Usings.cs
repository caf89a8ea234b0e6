global using Microsoft.ML.Runtime;

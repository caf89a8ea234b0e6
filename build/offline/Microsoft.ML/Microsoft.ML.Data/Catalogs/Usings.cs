global using Microsoft.ML.Internal.Utilities;
global using Microsoft.ML.Runtime;

using Microsoft.ML;

// Serve MODEL: loads the model and prints the bits that it predicts. No code here names the library.
var context = new MLContext();
ITransformer model = context.Model.Load(args[0], out _);
Rows.PrintBits(model.Transform(Rows.Make(context)));

using Serving;
using Serving.Load;

// See README.md.
if (args is ["load", .. string[] rest])
    return await LoadTest.Run(rest);

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.Configure<ServiceOptions>(builder.Configuration);
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AnswerFormat.Default));
// Otherwise four lines a request, which cost more than the answer.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Services.AddSingleton<ModelSource>();
builder.Services.AddHostedService<ModelWatch>();
builder.Services.AddHealthChecks().AddCheck<ModelHealth>("model");
// Reachable from this machine alone, unless told otherwise.
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:5080");

WebApplication service = builder.Build();
// A model that cannot be loaded ends the service here, and not at its first request.
ModelSource source = service.Services.GetRequiredService<ModelSource>();
service.MapHealthChecks("/health");
service.MapGet("/model", () => source.Describe());
service.MapPost("/topics", (TextQuestion question) => string.IsNullOrWhiteSpace(question.Text)
    ? Results.Problem("The field \"text\" is empty.", statusCode: StatusCodes.Status400BadRequest)
    : Results.Ok(source.Current.Predict(question.Text)));
service.Run();
return 0;

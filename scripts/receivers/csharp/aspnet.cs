static class Program
{
    static int Main(string[] arguments)
    {
        try
        {
            Inbox.Start();
        }
        catch (TypeInitializationException error)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
            return 1;
        }
        var builder = WebApplication.CreateBuilder(arguments);
        var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "8080");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(port);
            kestrel.Limits.MaxRequestBodySize = Inbox.MaxBodyBytes; // It answers 413 above.
        });
        var app = builder.Build();
        app.MapPost("/webhooks", async (HttpRequest request) =>
        {
            // The raw bytes, of any content type: what a parser made of them does not verify.
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            return Results.StatusCode(await Inbox.Receive(request.Headers, body.ToArray()));
        });
        app.Run();
        return 0;
    }
}

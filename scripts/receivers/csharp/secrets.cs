/// <summary>The endpoint's secret, and while a rotation overlaps the one before it.</summary>
static class Secrets
{
    public static readonly string[] All = Read();

    static string[] Read()
    {
        var secrets = (Environment.GetEnvironmentVariable("WEBHOOK_SECRETS") ?? "")
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (secrets.Length == 0 || secrets.Any(secret => secret.Length < 24))
            throw new InvalidOperationException("WEBHOOK_SECRETS: a secret is missing, or too short");
        return secrets;
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

static class Verification
{
    /// <summary>The endpoint's own: others of your endpoints verify with the same keys.</summary>
    static readonly byte[] Token = Encoding.UTF8.GetBytes(
        Environment.GetEnvironmentVariable("WEBHOOK_TOKEN") is { Length: >= 8 } token
            ? token
            : throw new InvalidOperationException("WEBHOOK_TOKEN: it is missing, or too short"));

    static readonly PublishedKeys Keys = new();

    /// <summary>Null unless one of the keys signed it within the last day.</summary>
    public static async Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body)
    {
        var token = Encoding.UTF8.GetBytes(headers["X-Webhook-Token"].ToString());
        var jwt = Jwt.Of(Delivery.Text(Delivery.Parse(body), "jwt") ?? "");
        // The algorithm is ours to say, never the token's.
        if (!CryptographicOperations.FixedTimeEquals(token, Token) || jwt?.Algorithm != "RS256") return null;
        // By default the JWT has no `kid`, so each RSA key of the set may be the one.
        var isGenuine = await Keys.Look(keys =>
            keys.Rsa.Values.Any(key => PublishedKeys.IsBy(key, jwt.Signed, jwt.Signature)));
        if (!isGenuine || !jwt.IsOfNow(300)) return null;
        // What is beside the JWT is not signed, and neither is any header.
        return jwt.Claims.TryGetProperty("data", out var data)
            && data.ValueKind == JsonValueKind.Object
            && Delivery.Text(data, "event_id") is { } id
                ? new Delivery(id, data)
                : null;
    }
}

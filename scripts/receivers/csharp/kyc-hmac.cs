using System.Security.Cryptography;
using System.Text;

static class Verification
{
    static readonly byte[][] Keys = Secrets.All.Select(secret => Encoding.UTF8.GetBytes(secret)).ToArray();

    /// <summary>The endpoint's option `signedContent`.</summary>
    static readonly bool WithTime = Environment.GetEnvironmentVariable("WEBHOOK_SIGNED_CONTENT") == "timestamp.body";

    /// <summary>Null unless one of the secrets signed it; the time is the event's, so it may be old.</summary>
    public static Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body) =>
        Task.FromResult(IsGenuine(headers, body) ? DeliveryOf(body) : null);

    static bool IsGenuine(IHeaderDictionary headers, byte[] body)
    {
        var given = Encoding.UTF8.GetBytes(headers["X-Webhook-Signature"].ToString());
        var before = WithTime ? $"{headers["X-Webhook-Timestamp"]}." : "";
        byte[] signed = [.. Encoding.UTF8.GetBytes(before), .. body];
        return Keys.Any(key =>
        {
            var mac = HMACSHA256.HashData(key, signed);
            var expected = Encoding.UTF8.GetBytes("sha256=" + Convert.ToHexString(mac).ToLowerInvariant());
            return CryptographicOperations.FixedTimeEquals(given, expected);
        });
    }

    /// <summary>Not by X-Webhook-ID, which no signature covers.</summary>
    static Delivery? DeliveryOf(byte[] body) =>
        Delivery.Parse(body) is { } json && Delivery.Text(json, "id") is { } id ? new Delivery(id, json) : null;
}

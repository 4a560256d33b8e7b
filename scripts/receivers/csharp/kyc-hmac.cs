using System.Security.Cryptography;
using System.Text;

static class Verification
{
    static readonly byte[][] Keys = Secrets.All.Select(secret => Encoding.UTF8.GetBytes(secret)).ToArray();

    /// <summary>Null unless one of the secrets signed it; the time is the event's, so it may be old.</summary>
    public static Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body) =>
        Task.FromResult(IsGenuine(headers, body) ? DeliveryOf(body) : null);

    static bool IsGenuine(IHeaderDictionary headers, byte[] body)
    {
        var given = Encoding.UTF8.GetBytes(headers["X-Webhook-Signature"].ToString());
        return Keys.Any(key =>
        {
            // With the option `signedContent: "timestamp.body"`: the header X-Webhook-Timestamp and a dot before the body.
            var mac = HMACSHA256.HashData(key, body);
            var expected = Encoding.UTF8.GetBytes("sha256=" + Convert.ToHexString(mac).ToLowerInvariant());
            return CryptographicOperations.FixedTimeEquals(given, expected);
        });
    }

    /// <summary>Not by X-Webhook-ID, which no signature covers.</summary>
    static Delivery? DeliveryOf(byte[] body) =>
        Delivery.Parse(body) is { } json && Delivery.Text(json, "id") is { } id ? new Delivery(id, json) : null;
}

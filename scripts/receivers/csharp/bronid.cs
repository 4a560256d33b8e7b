using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

static class Verification
{
    static readonly byte[][] Keys = Secrets.All.Select(secret => Encoding.UTF8.GetBytes(secret)).ToArray();

    /// <summary>Null unless one of the secrets signed it within the last five minutes.</summary>
    public static Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body) =>
        Task.FromResult(IsGenuine(headers, body) ? DeliveryOf(body) : null);

    static bool IsGenuine(IHeaderDictionary headers, byte[] body)
    {
        var given = Encoding.UTF8.GetBytes(headers["X-BronID-Signature-SHA"].ToString());
        return Keys.Any(key =>
        {
            // SHA3-256, which is not SHA-256. Windows has it from Windows 11 24H2 on, Linux with OpenSSL 1.1.1.
            byte[] signed = [.. body, .. key];
            var hash = SHA3_256.HashData(signed);
            var expected = Encoding.UTF8.GetBytes("bronid_sec_sha256_" + Convert.ToHexString(hash).ToLowerInvariant());
            return CryptographicOperations.FixedTimeEquals(given, expected);
        });
    }

    static Delivery? DeliveryOf(byte[] body)
    {
        if (Delivery.Parse(body) is not { } json) return null;
        var isTime = json.TryGetProperty("timestamp", out var timestamp) && timestamp.TryGetInt64(out var sentAt)
            && Delivery.IsWithin(300, sentAt, sentAt);
        if (!isTime) return null;
        // There is no id: what stays the same when it is sent again tells it.
        var lasting = json.EnumerateObject()
            .Where(member => member.Name is not ("timestamp" or "signature"))
            .Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Value.GetRawText()}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(',', lasting)));
        return new Delivery(Convert.ToHexString(hash), json);
    }
}

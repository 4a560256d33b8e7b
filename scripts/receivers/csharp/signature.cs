using System.Security.Cryptography;
using System.Text;

/// <summary>The signature of Standard Webhooks. For `v1a`, which .NET lacks, take NSec.Cryptography.</summary>
class WebhookSignature(string[] secrets)
{
    readonly byte[][] keys = secrets.Select(secret => KeyOf(secret)).ToArray();

    static byte[] KeyOf(string secret) =>
        secret.StartsWith("whsec_", StringComparison.Ordinal)
            ? Convert.FromBase64String(secret["whsec_".Length..])
            : throw new InvalidOperationException("WEBHOOK_SECRETS: is not whsec_ and base64");

    /// <summary>The event's id, or null unless one of the secrets signed it within the last five minutes.</summary>
    public string? SignedId(IHeaderDictionary headers, byte[] body)
    {
        var (id, sentAt) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
        var isTime = sentAt.Length is > 0 and <= 12 && sentAt.All(char.IsAsciiDigit);
        if (!isTime || !Delivery.IsWithin(300, long.Parse(sentAt), long.Parse(sentAt))) return null;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{sentAt}."), .. body];
        var given = headers["webhook-signature"].ToString().Split(' ').Select(one => Encoding.UTF8.GetBytes(one)).ToArray();
        foreach (var key in keys)
        {
            var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
            if (given.Any(one => CryptographicOperations.FixedTimeEquals(one, expected))) return id;
        }
        return null;
    }
}

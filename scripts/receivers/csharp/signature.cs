using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

/// <summary>The signature of Standard Webhooks.</summary>
class WebhookSignature(string[] secrets)
{
    readonly Func<byte[], string, bool>[] verifiers = secrets.Select(secret => VerifierOf(secret)).ToArray();

    /// <summary>By a whsec_ secret, or by the public half, whpk_, of an endpoint with `signature: "v1a"`.</summary>
    static Func<byte[], string, bool> VerifierOf(string secret)
    {
        var key = Convert.FromBase64String(secret[(secret.IndexOf('_') + 1)..]);
        if (secret.StartsWith("whsec_", StringComparison.Ordinal))
            return (signed, given) => given.Length == 47 && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(given),
                Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
        if (!secret.StartsWith("whpk_", StringComparison.Ordinal))
            throw new InvalidOperationException("WEBHOOK_SECRETS: is not whsec_ or whpk_ and base64");
        var ed25519 = SignatureAlgorithm.Ed25519;
        var publicKey = PublicKey.Import(ed25519, key, KeyBlobFormat.RawPublicKey);
        return (signed, given) =>
        {
            var signature = new byte[64];
            return given.StartsWith("v1a,", StringComparison.Ordinal)
                && Convert.TryFromBase64String(given["v1a,".Length..], signature, out var length)
                && length == 64
                && ed25519.Verify(publicKey, signed, signature);
        };
    }

    /// <summary>The event's id, or null unless one of the secrets signed it within the last five minutes.</summary>
    public string? SignedId(IHeaderDictionary headers, byte[] body)
    {
        var (id, sentAt) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
        var isTime = sentAt.Length is > 0 and <= 12 && sentAt.All(char.IsAsciiDigit);
        if (!isTime || !Delivery.IsWithin(300, long.Parse(sentAt), long.Parse(sentAt))) return null;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{sentAt}."), .. body];
        var given = headers["webhook-signature"].ToString().Split(' ');
        return verifiers.Any(isBy => given.Any(one => isBy(signed, one))) ? id : null;
    }
}

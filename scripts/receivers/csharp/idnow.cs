using System.Security.Cryptography;
using System.Text;

static class Verification
{
    static readonly byte[][] Keys = Secrets.All.Select(secret => Encoding.UTF8.GetBytes(secret)).ToArray();

    // The endpoint's options `headerName` and `prefix`.
    static readonly string Header = Environment.GetEnvironmentVariable("WEBHOOK_HEADER") ?? "Authorization";
    static readonly string Prefix = (Environment.GetEnvironmentVariable("WEBHOOK_PREFIX") ?? "Bearer") + " ";

    /// <summary>Null unless one of the secrets signed it, for this body and within the last minutes.</summary>
    public static Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body)
    {
        var given = headers[Header].ToString();
        var jwt = Jwt.Of(given.StartsWith(Prefix, StringComparison.Ordinal) ? given[Prefix.Length..] : given);
        // The algorithm is ours to say, never the token's.
        var isGenuine = jwt is { Algorithm: "HS256" } && Keys.Any(key =>
            CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, jwt.Signed), jwt.Signature));
        return Task.FromResult(isGenuine && jwt!.IsOfNow(120) ? DeliveryOf(jwt, body) : null);
    }

    /// <summary>The JWT speaks of one body only: without this check it could be put beside any other.</summary>
    static Delivery? DeliveryOf(Jwt jwt, byte[] body)
    {
        var digest = Convert.ToHexString(SHA256.HashData(body)).ToLowerInvariant();
        var isOfBody = Delivery.Text(jwt.Claims, "body_sha256") == digest;
        return isOfBody && Delivery.Text(jwt.Claims, "jti") is { } id && Delivery.Parse(body) is { } json
            ? new Delivery(id, json)
            : null;
    }
}

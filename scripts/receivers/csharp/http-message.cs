using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NSec.Cryptography;

static partial class Verification
{
    /// <summary>The endpoint's URL as Posthorn has it: a proxy may show you another one.</summary>
    static readonly string Url = Environment.GetEnvironmentVariable("WEBHOOK_URL") is { Length: > 0 } url
        ? url
        : throw new InvalidOperationException("WEBHOOK_URL: is missing");

    static readonly PublishedKeys Keys = new();

    /// <summary>The id is what tells a repeat, so it must be signed.</summary>
    static readonly string[] Required = ["@method", "@target-uri", "content-digest", "webhook-id"];

    // The members `posthorn` of Signature-Input and Signature: covered components and parameters, and the bytes.
    [GeneratedRegex("""(?:^|,)\s*posthorn=(\(((?:"[a-z0-9@_-]+" ?)*)\)((?:;[a-z]+=(?:"(?:[^"\\]|\\.)*"|[0-9]+))*))\s*(?:,|$)""")]
    private static partial Regex Input();

    [GeneratedRegex("(?:^|,)\\s*posthorn=:([A-Za-z0-9+/]+={0,2}):\\s*(?:,|$)")]
    private static partial Regex Signature();

    [GeneratedRegex(";([a-z]+)=\"?([^\";]*)")]
    private static partial Regex Parameter();

    /// <summary>Null unless one of the keys signed it, for this address and within the last five minutes.</summary>
    public static async Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body)
    {
        var input = Input().Match(headers["Signature-Input"].ToString());
        var signature = Signature().Match(headers["Signature"].ToString());
        var digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(body))}:";
        if (!input.Success || !signature.Success || headers["Content-Digest"] != digest) return null;

        var components = input.Groups[2].Value.Split(new[] { '"', ' ' }, StringSplitOptions.RemoveEmptyEntries);
        var parameters = new Dictionary<string, string>();
        foreach (Match one in Parameter().Matches(input.Groups[3].Value)) parameters[one.Groups[1].Value] = one.Groups[2].Value;
        var isOurs = Required.All(components.Contains) && parameters.GetValueOrDefault("tag") == "posthorn-webhook";
        var isTime = long.TryParse(parameters.GetValueOrDefault("created"), out var created);
        if (!isOurs || !isTime || !Delivery.IsWithin(300, created, created)) return null;

        var signedText = new StringBuilder();
        foreach (var name in components)
        {
            var value = name switch { "@method" => "POST", "@target-uri" => Url, _ => headers[name].ToString() };
            signedText.Append($"\"{name}\": {value.Trim()}\n");
        }
        var signed = Encoding.UTF8.GetBytes($"{signedText}\"@signature-params\": {input.Groups[1].Value}");
        var bytes = new byte[signature.Groups[1].Length];
        if (!Convert.TryFromBase64String(signature.Groups[1].Value, bytes, out var length)) return null;
        var keyId = parameters.GetValueOrDefault("keyid", "");
        // The key says the algorithm, and not the request.
        var isGenuine = await Keys.Look(keys =>
            keys.Ed25519.TryGetValue(keyId, out var x)
                ? IsByEd25519(x, signed, bytes[..length])
                : keys.Rsa.TryGetValue(keyId, out var key) && PublishedKeys.IsBy(key, signed, bytes[..length]));
        return isGenuine && Delivery.Parse(body) is { } json ? new Delivery(headers["webhook-id"].ToString(), json) : null;
    }

    static bool IsByEd25519(byte[] x, byte[] signed, byte[] signature)
    {
        var ed25519 = SignatureAlgorithm.Ed25519;
        return ed25519.Verify(PublicKey.Import(ed25519, x, KeyBlobFormat.RawPublicKey), signed, signature);
    }
}

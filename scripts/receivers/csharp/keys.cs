using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

/// <summary>By their ids: RSA keys, and the 32 bytes of ed25519 keys.</summary>
record KeySet(Dictionary<string, RSA> Rsa, Dictionary<string, byte[]> Ed25519);

/// <summary>The key set of your tenant and environment, and no other: what is signed for others then does not verify.</summary>
class PublishedKeys
{
    readonly Uri url = new(
        Environment.GetEnvironmentVariable("WEBHOOK_KEYS_URL")
            ?? throw new InvalidOperationException("WEBHOOK_KEYS_URL: is missing"));
    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    readonly SemaphoreSlim oneAtATime = new(1);
    KeySet keys = new(new(), new());
    DateTime fetchedAt, renewedAt;

    /// <summary>Looks with the cached keys, and if that gives nothing, with keys fetched anew: at most every 30 seconds.</summary>
    public async Task<bool> Look(Func<KeySet, bool> look)
    {
        await FetchUnless(() => DateTime.UtcNow - fetchedAt <= TimeSpan.FromMinutes(5));
        if (look(keys)) return true;
        var isFetched = await FetchUnless(() => DateTime.UtcNow - renewedAt < TimeSpan.FromSeconds(30), isRenewal: true);
        return isFetched && look(keys);
    }

    public static bool IsBy(RSA key, byte[] signed, byte[] signature) =>
        key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    async Task<bool> FetchUnless(Func<bool> isRecent, bool isRenewal = false)
    {
        await oneAtATime.WaitAsync();
        try
        {
            if (isRecent()) return false;
            if (isRenewal) renewedAt = DateTime.UtcNow;
            using var set = JsonDocument.Parse(await http.GetByteArrayAsync(url));
            KeySet found = new(new(), new());
            foreach (var jwk in set.RootElement.GetProperty("keys").EnumerateArray())
            {
                byte[] Bytes(string name) => WebEncoders.Base64UrlDecode(jwk.GetProperty(name).GetString()!);
                var id = Delivery.Text(jwk, "kid") ?? "";
                if (Delivery.Text(jwk, "kty") == "RSA")
                    found.Rsa[id] = RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") });
                else if (Delivery.Text(jwk, "crv") == "Ed25519")
                    found.Ed25519[id] = Bytes("x");
            }
            (keys, fetchedAt) = (found, DateTime.UtcNow);
            return true;
        }
        finally
        {
            oneAtATime.Release();
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

static class Verification
{
    /// <summary>The private half of the endpoint's `encryption.jwk`, PKCS #8 in PEM.</summary>
    static readonly string PrivateKey = File.ReadAllText(
        Environment.GetEnvironmentVariable("WEBHOOK_PRIVATE_KEY")
            ?? throw new InvalidOperationException("WEBHOOK_PRIVATE_KEY: is missing"));
    static readonly RSA? PrivateRsa = RsaOf(PrivateKey);
    static readonly WebhookSignature Signature = new(Secrets.All);

    /// <summary>Null unless one of the secrets signed it within the last five minutes, and it is for our key.</summary>
    public static Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body)
    {
        // The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
        if (Signature.SignedId(headers, body) is not { } id) return Task.FromResult<Delivery?>(null);
        try
        {
            return Task.FromResult(Delivery.Parse(Decrypted(body)) is { } json ? new Delivery(id, json) : null);
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return Task.FromResult<Delivery?>(null);
        }
    }

    /// <summary>A compact JWE (RFC 7516) with A256GCM, to an RSA key (RSA-OAEP-256) or to an EC key on P-256 (ECDH-ES).</summary>
    static byte[] Decrypted(byte[] jwe)
    {
        var parts = Encoding.ASCII.GetString(jwe).Split('.', 6);
        if (parts.Length != 5) throw new CryptographicException("the body is no JWE");
        var bytes = parts.Select(part => WebEncoders.Base64UrlDecode(part)).ToArray();
        var header = Delivery.Parse(bytes[0]);
        // The key says the algorithm, and not the body.
        var algorithm = PrivateRsa is null ? "ECDH-ES" : "RSA-OAEP-256";
        if (header is not { } given || Delivery.Text(given, "alg") != algorithm || Delivery.Text(given, "enc") != "A256GCM")
            throw new CryptographicException("the body is encrypted in another way");
        var key = PrivateRsa?.Decrypt(bytes[1], RSAEncryptionPadding.OaepSHA256) ?? Agreed(given.GetProperty("epk"));
        using var cipher = new AesGcm(key, 16);
        var plain = new byte[bytes[3].Length];
        cipher.Decrypt(bytes[2], bytes[3], bytes[4], plain, Encoding.ASCII.GetBytes(parts[0]));
        return plain;
    }

    /// <summary>Concat KDF (RFC 7518, section 4.6.2) with no party information: one round gives 256 bits.</summary>
    static byte[] Agreed(JsonElement epk)
    {
        byte[] Bytes(string name) => WebEncoders.Base64UrlDecode(Delivery.Text(epk, name) ?? "");
        using var own = ECDiffieHellman.Create();
        own.ImportFromPem(PrivateKey);
        using var ephemeral = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") },
        });
        var shared = own.DeriveRawSecretAgreement(ephemeral.PublicKey);
        static byte[] Number(int value)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            return bytes;
        }
        byte[] input = [.. Number(1), .. shared, .. Number(7), .. "A256GCM"u8, .. Number(0), .. Number(0), .. Number(256)];
        return SHA256.HashData(input);
    }

    static RSA? RsaOf(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

// Receives deliveries of the contract standard-webhooks, encrypted (JWE), with ASP.NET Core.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   .NET 8 or newer, its SDK
//   dotnet new web --output receiver
//   dotnet add receiver package NSec.Cryptography
//   cp AspNet.cs receiver/Program.cs && dotnet run --project receiver
//
// Environment:
//   WEBHOOK_SECRETS      the endpoint's secret, or its `whpk_` key; during a rotation the new and the old, with a space between
//   WEBHOOK_PRIVATE_KEY  a file: the private half of the endpoint's `encryption.jwk`, PKCS #8 in PEM
//   PORT                 where it listens; 8080 if it is not set
//   INBOX                the folder for what was accepted; ./inbox if it is not set

using Microsoft.AspNetCore.WebUtilities;
using NSec.Cryptography;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

/// <summary>What was signed: its id tells a repeat.</summary>
record Delivery(string Id, JsonElement Event)
{
    /// <summary>Deliveries are nested up to 104 levels deep, and .NET allows 64.</summary>
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 200 };

    /// <summary>Null if it is no JSON object.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            var root = JsonDocument.Parse(json, Deep).RootElement;
            return root.ValueKind == JsonValueKind.Object ? root : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null unless the member is there, and is text.</summary>
    public static string? Text(JsonElement? json, string name) =>
        json is { } given && given.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    /// <summary>Of a time in seconds.</summary>
    public static bool IsWithin(long toleranceSeconds, long fromSeconds, long untilSeconds)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return now >= fromSeconds - toleranceSeconds && now <= untilSeconds + toleranceSeconds;
    }
}

/// <summary>The endpoint's secret, and while a rotation overlaps the one before it.</summary>
static class Secrets
{
    public static readonly string[] All = Read();

    static string[] Read()
    {
        var secrets = (Environment.GetEnvironmentVariable("WEBHOOK_SECRETS") ?? "")
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (secrets.Length == 0 || secrets.Any(secret => secret.Length < 24))
            throw new InvalidOperationException("WEBHOOK_SECRETS: a secret is missing, or too short");
        return secrets;
    }
}

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

static class Work
{
    /// <summary>Your own work, for each event once. What throws here is tried again every hour, and at the next start.</summary>
    public static Task Handle(string id, JsonElement _)
    {
        Console.WriteLine($"processed {id}");
        return Task.CompletedTask;
    }
}

/// <summary>
/// What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept for
/// 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
/// </summary>
static class Inbox
{
    static readonly string Folder = Environment.GetEnvironmentVariable("INBOX") ?? "inbox";
    static readonly TimeSpan Kept = TimeSpan.FromDays(41);
    static readonly Channel<string> Queue = Channel.CreateUnbounded<string>();

    /// <summary>The largest delivery has less than 700 kB.</summary>
    public const int MaxBodyBytes = 1_000_000;

    public static void Start()
    {
        RuntimeHelpers.RunClassConstructor(typeof(Verification).TypeHandle); // Without its settings nothing starts.
        Directory.CreateDirectory(Folder);
        _ = Task.Run(async () =>
        {
            await foreach (var file in Queue.Reader.ReadAllAsync()) await WorkOn(file);
        });
        _ = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromHours(1));
            do
            {
                Sweep();
            } while (await timer.WaitForNextTickAsync());
        });
    }

    /// <summary>Gives the status to answer; the work is done afterwards.</summary>
    public static async Task<int> Receive(IHeaderDictionary headers, byte[] body)
    {
        try
        {
            if (await Verification.Verified(headers, body) is not { } delivery) return 401;
            if (Keep(delivery) is { } file) Queue.Writer.TryWrite(file);
            return 204;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error);
            return 500; // Ours, not the sender's: it is sent again.
        }
    }

    /// <summary>Null if the id was there already.</summary>
    static string? Keep(Delivery delivery)
    {
        var file = Path.Combine(Folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(delivery.Id))));
        var draft = Path.Combine(Folder, $"{Guid.NewGuid()}.draft");
        File.WriteAllText(draft, $"{delivery.Id}\n{delivery.Event.GetRawText()}");
        // Whole or not at all, and for one of two that come together: no other process may have the folder.
        lock (Queue)
        {
            if (!File.Exists(file))
            {
                File.Move(draft, file);
                return file;
            }
        }
        File.Delete(draft);
        return null;
    }

    static async Task WorkOn(string file)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file);
            if (text.Split('\n', 2) is not [var id, var json]) return;
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 200 });
            await Work.Handle(id, document.RootElement);
            await File.WriteAllTextAsync(file, "");
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error);
        }
    }

    static void Sweep()
    {
        // A draft that has gone counts as old, and to delete it again does nothing.
        foreach (var file in Directory.GetFiles(Folder))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Kept) File.Delete(file);
            else if (!file.EndsWith(".draft", StringComparison.Ordinal)) Queue.Writer.TryWrite(file);
        }
    }
}

static class Program
{
    static int Main(string[] arguments)
    {
        try
        {
            Inbox.Start();
        }
        catch (TypeInitializationException error)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
            return 1;
        }
        var builder = WebApplication.CreateBuilder(arguments);
        var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "8080");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(port);
            kestrel.Limits.MaxRequestBodySize = Inbox.MaxBodyBytes; // It answers 413 above.
        });
        var app = builder.Build();
        app.MapPost("/webhooks", async (HttpRequest request) =>
        {
            // The raw bytes, of any content type: what a parser made of them does not verify.
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            return Results.StatusCode(await Inbox.Receive(request.Headers, body.ToArray()));
        });
        app.Run();
        return 0;
    }
}

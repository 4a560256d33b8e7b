// Receives deliveries of the contract standard-webhooks, signed by HTTP message signatures (RFC 9421), with ASP.NET Core.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   .NET 8 or newer, its SDK
//   dotnet new web --output receiver
//   dotnet add receiver package NSec.Cryptography
//   cp AspNet.cs receiver/Program.cs && dotnet run --project receiver
//
// Environment:
//   WEBHOOK_URL       the endpoint's URL, as Posthorn has it
//   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
//   PORT              where it listens; 8080 if it is not set
//   INBOX             the folder for what was accepted; ./inbox if it is not set

using Microsoft.AspNetCore.WebUtilities;
using NSec.Cryptography;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
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

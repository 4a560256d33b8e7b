using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

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

using System.Text.Json;

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

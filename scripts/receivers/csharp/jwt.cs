using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

/// <summary>The parts of a JWT, none of which can be trusted before its signature is verified.</summary>
record Jwt(byte[] Signed, string? Algorithm, JsonElement Claims, byte[] Signature)
{
    /// <summary>Null if it is none.</summary>
    public static Jwt? Of(string text)
    {
        var parts = text.Split('.', 4);
        if (parts.Length != 3) return null;
        try
        {
            var bytes = parts.Select(part => WebEncoders.Base64UrlDecode(part)).ToArray();
            var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
            var algorithm = Delivery.Text(Delivery.Parse(bytes[0]), "alg");
            return Delivery.Parse(bytes[1]) is { } claims ? new Jwt(signed, algorithm, claims, bytes[2]) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public bool IsOfNow(long toleranceSeconds) =>
        Claims.TryGetProperty("iat", out var iat) && iat.TryGetInt64(out var from)
        && Claims.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var until)
        && Delivery.IsWithin(toleranceSeconds, from, until);
}

static class Verification
{
    static readonly WebhookSignature Signature = new(Secrets.All);

    /// <summary>Null unless one of the secrets signed it within the last five minutes.</summary>
    public static Task<Delivery?> Verified(IHeaderDictionary headers, byte[] body)
    {
        var id = Signature.SignedId(headers, body);
        return Task.FromResult(id is not null && Delivery.Parse(body) is { } json ? new Delivery(id, json) : null);
    }
}

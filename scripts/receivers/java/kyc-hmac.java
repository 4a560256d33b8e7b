import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

final class Verification {
  private static final List<String> SECRETS = Secrets.ALL;
  /** The endpoint's option signedContent. */
  private static final boolean WITH_TIME =
      "timestamp.body".equals(System.getenv("WEBHOOK_SIGNED_CONTENT"));

  /**
   * Null unless one of the secrets signed it; the time is the event's, so it may be old. Header names are in lower
   * case.
   */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    byte[] given = headers.getOrDefault("x-webhook-signature", "").getBytes(StandardCharsets.UTF_8);
    for (String secret : SECRETS) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      if (WITH_TIME) {
        String time = headers.getOrDefault("x-webhook-timestamp", "") + ".";
        mac.update(time.getBytes(StandardCharsets.UTF_8));
      }
      String expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
      if (!MessageDigest.isEqual(given, expected.getBytes(StandardCharsets.UTF_8))) continue;
      String event = new String(body, StandardCharsets.UTF_8);
      // Not X-Webhook-ID, which no signature covers.
      return new Delivery(Json.textOf(Json.membersOf(event).get("id")), event);
    }
    return null;
  }
}

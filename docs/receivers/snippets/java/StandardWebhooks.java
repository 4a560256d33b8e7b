import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies a delivery of the contract standard-webhooks. Java 17 or newer; nothing to install. */
final class StandardWebhooks {
  private static final long TOLERANCE_SECONDS = 5 * 60;

  /** headers: lower-case names; body: the raw bytes; secret: whsec_... */
  static boolean verify(Map<String, String> headers, byte[] body, String secret, long nowSeconds)
      throws GeneralSecurityException {
    if (!secret.matches("whsec_[A-Za-z0-9+/]{24,}={0,2}")) return false;
    String id = headers.getOrDefault("webhook-id", "");
    String sentAt = headers.getOrDefault("webhook-timestamp", "");
    if (!sentAt.matches("\\d{1,12}")) return false;
    if (Math.abs(nowSeconds - Long.parseLong(sentAt)) > TOLERANCE_SECONDS) return false;
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update((id + "." + sentAt + ".").getBytes(StandardCharsets.UTF_8));
    byte[] expected = Base64.getEncoder().encode(mac.doFinal(body));
    for (String one : headers.getOrDefault("webhook-signature", "").split(" ")) {
      String given = one.startsWith("v1,") ? one.substring(3) : "";
      if (MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected)) return true;
    }
    return false;
  }
}

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies a delivery of the contract kyc-hmac. Java 17 or newer; nothing to install. */
final class KycHmac {
  /**
   * headers: lower-case names; body: the raw bytes; secrets: the present one and, while a rotation
   * overlaps, the one before it.
   */
  static boolean verify(Map<String, String> headers, byte[] body, List<String> secrets)
      throws GeneralSecurityException {
    byte[] given = headers.getOrDefault("x-webhook-signature", "").getBytes(StandardCharsets.UTF_8);
    for (String secret : secrets) {
      if (secret.length() < 24) return false;
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      String expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
      if (MessageDigest.isEqual(given, expected.getBytes(StandardCharsets.UTF_8))) return true;
    }
    return false;
  }
}

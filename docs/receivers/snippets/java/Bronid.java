import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Verifies a delivery of the contract bronid. Java 17 or newer; nothing to install. */
final class Bronid {
  /**
   * headers: lower-case names; body: the raw bytes; signingKeys: the present one and, while a rotation
   * overlaps, the one before it. Check the body's timestamp (Unix seconds) with your JSON library.
   */
  static boolean verify(Map<String, String> headers, byte[] body, List<String> signingKeys)
      throws GeneralSecurityException {
    byte[] given =
        headers.getOrDefault("x-bronid-signature-sha", "").getBytes(StandardCharsets.UTF_8);
    for (String signingKey : signingKeys) {
      if (signingKey.length() < 24) return false;
      MessageDigest digest = MessageDigest.getInstance("SHA3-256");
      digest.update(body);
      digest.update(signingKey.getBytes(StandardCharsets.UTF_8));
      String expected = "bronid_sec_sha256_" + HexFormat.of().formatHex(digest.digest());
      if (MessageDigest.isEqual(given, expected.getBytes(StandardCharsets.UTF_8))) return true;
    }
    return false;
  }
}

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

final class Verification {
  private static final List<String> SECRETS = Secrets.ALL;
  private static final long TOLERANCE_SECONDS = 5 * 60;

  /** Null unless one of the secrets signed it within the last five minutes. Header names are in lower case. */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    byte[] given =
        headers.getOrDefault("x-bronid-signature-sha", "").getBytes(StandardCharsets.UTF_8);
    for (String secret : SECRETS) {
      // SHA3-256, which is not SHA-256.
      MessageDigest digest = MessageDigest.getInstance("SHA3-256");
      digest.update(body);
      digest.update(secret.getBytes(StandardCharsets.UTF_8));
      String expected = "bronid_sec_sha256_" + HexFormat.of().formatHex(digest.digest());
      if (!MessageDigest.isEqual(given, expected.getBytes(StandardCharsets.UTF_8))) continue;
      String event = new String(body, StandardCharsets.UTF_8);
      Map<String, String> members = Json.membersOf(event);
      long sentAt = Json.secondsOf(members.remove("timestamp"));
      members.remove("signature");
      if (Math.abs(Json.now() - sentAt) > TOLERANCE_SECONDS) return null;
      // There is no id: what stays the same when it is sent again tells it.
      byte[] lasting = members.toString().getBytes(StandardCharsets.UTF_8);
      return new Delivery(HexFormat.of().formatHex(digest.digest(lasting)), event);
    }
    return null;
  }
}

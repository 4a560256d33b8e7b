import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

final class Verification {
  private static final List<String> SECRETS = Secrets.ALL;
  private static final long TOLERANCE_SECONDS = 2 * 60;
  /** The endpoint's options headerName and prefix. */
  private static final String HEADER =
      System.getenv().getOrDefault("WEBHOOK_HEADER", "Authorization").toLowerCase(Locale.ROOT);

  private static final String PREFIX =
      System.getenv().getOrDefault("WEBHOOK_PREFIX", "Bearer") + " ";

  /**
   * Null unless one of the secrets signed it, for this body and within the last minutes. Header names are in lower
   * case.
   */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    String given = headers.getOrDefault(HEADER, "");
    Jwt jwt = Jwt.of(given.startsWith(PREFIX) ? given.substring(PREFIX.length()) : given);
    // The algorithm is ours to say, never the token's.
    if (jwt == null || !"HS256".equals(jwt.algorithm())) return null;
    boolean isGenuine = false;
    for (String secret : SECRETS) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      isGenuine |= MessageDigest.isEqual(jwt.signature(), mac.doFinal(jwt.signed()));
    }
    if (!isGenuine || !jwt.isOfNow(TOLERANCE_SECONDS)) return null;
    // The JWT speaks of one body only: without this check it could be put beside any other.
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
    String expected = HexFormat.of().formatHex(digest);
    return expected.equals(Json.textOf(jwt.claims().get("body_sha256")))
        ? new Delivery(
            Json.textOf(jwt.claims().get("jti")), new String(body, StandardCharsets.UTF_8))
        : null;
  }
}

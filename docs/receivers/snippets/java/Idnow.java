import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies a delivery of the contract idnow. Java 17 or newer; nothing to install. Take the claims out
 * with your JSON library: the pattern here only spares this example one.
 */
final class Idnow {
  private static final long TOLERANCE_SECONDS = 2 * 60;
  private static final Pattern CLAIMS =
      Pattern.compile("\"iat\":(\\d+),\"exp\":(\\d+),.*\"body_sha256\":\"([0-9a-f]{64})\"");

  /**
   * headers: lower-case names; body: the raw bytes; secrets: the present one and, while a rotation
   * overlaps, the one before it.
   */
  static boolean verify(Map<String, String> headers, byte[] body, List<String> secrets, long nowSeconds)
      throws GeneralSecurityException {
    String token = headers.getOrDefault("authorization", "").replaceFirst("^Bearer ", "");
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) return false;
    String header;
    String said;
    byte[] given;
    try {
      header = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
      said = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      given = Base64.getUrlDecoder().decode(parts[2]);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
    if (!header.contains("\"alg\":\"HS256\"")) return false;
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    boolean isGenuine = false;
    for (String secret : secrets) {
      if (secret.length() < 24) return false;
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      isGenuine |= MessageDigest.isEqual(given, mac.doFinal(signed));
    }
    Matcher claims = CLAIMS.matcher(said);
    if (!isGenuine || !claims.find()) return false;
    if (nowSeconds < Long.parseLong(claims.group(1)) - TOLERANCE_SECONDS) return false;
    if (nowSeconds > Long.parseLong(claims.group(2)) + TOLERANCE_SECONDS) return false;
    // The JWT speaks of one body only: without this check it could be put beside any other.
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
    return claims.group(3).equals(HexFormat.of().formatHex(digest));
  }
}

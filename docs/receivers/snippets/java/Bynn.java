import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies a delivery of the contract bynn. Java 17 or newer; nothing to install. Take the fields out
 * with your JSON library: the patterns here only spare this example one.
 */
final class Bynn {
  private static final long TOLERANCE_SECONDS = 5 * 60;
  private static final Pattern JWT = Pattern.compile("\"jwt\"\\s*:\\s*\"([^\".]+)\\.([^\".]+)\\.([^\".]+)\"\\s*}\\s*$");
  private static final Pattern EXPIRES = Pattern.compile("\"iat\":\\d+,\"exp\":(\\d+),");

  /**
   * headers: lower-case names; body: the raw bytes; publicKeys: PEM, the pinned one or all RSA keys of
   * your JWKS; token: the endpoint's, which its deliveries carry. Gives the claims: use their data, and
   * not the fields beside the JWT. The data's event_id tells whether the event came before. Null if the
   * delivery is not to be trusted.
   */
  static String verify(
      Map<String, String> headers, byte[] body, List<String> publicKeys, String token, long nowSeconds)
      throws GeneralSecurityException {
    // Other endpoints may verify with the same keys.
    byte[] carried = headers.getOrDefault("x-webhook-token", "").getBytes(StandardCharsets.UTF_8);
    byte[] own = token.getBytes(StandardCharsets.UTF_8);
    if (own.length < 8 || !MessageDigest.isEqual(carried, own)) return null;
    Matcher jwt = JWT.matcher(new String(body, StandardCharsets.UTF_8));
    if (!jwt.find()) return null;
    Base64.Decoder decoder = Base64.getUrlDecoder();
    byte[] given;
    String claims;
    try {
      String header = new String(decoder.decode(jwt.group(1)), StandardCharsets.UTF_8);
      if (!header.contains("\"alg\":\"RS256\"")) return null;
      claims = new String(decoder.decode(jwt.group(2)), StandardCharsets.UTF_8);
      given = decoder.decode(jwt.group(3));
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
    byte[] signed = (jwt.group(1) + "." + jwt.group(2)).getBytes(StandardCharsets.US_ASCII);
    for (String pem : publicKeys) {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(keyOf(pem));
      signature.update(signed);
      if (!signature.verify(given)) continue;
      Matcher expires = EXPIRES.matcher(claims);
      boolean isFresh =
          expires.find() && nowSeconds <= Long.parseLong(expires.group(1)) + TOLERANCE_SECONDS;
      return isFresh ? claims : null;
    }
    return null;
  }

  private static PublicKey keyOf(String pem) throws GeneralSecurityException {
    String encoded = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    byte[] der = Base64.getDecoder().decode(encoded);
    return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
  }
}

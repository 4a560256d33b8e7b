import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Map;

final class Verification {
  private static final Keys KEYS = new Keys();
  private static final long TOLERANCE_SECONDS = 5 * 60;
  /** The endpoint's own: others of your endpoints verify with the same keys. */
  private static final byte[] TOKEN =
      Settings.of("WEBHOOK_TOKEN").getBytes(StandardCharsets.UTF_8);

  static {
    if (TOKEN.length < 8) throw new IllegalStateException("WEBHOOK_TOKEN: it is too short");
  }

  /** Null unless one of the keys signed it within the last day. Header names are in lower case. */
  static Delivery verified(Map<String, String> headers, byte[] body) throws Exception {
    byte[] token = headers.getOrDefault("x-webhook-token", "").getBytes(StandardCharsets.UTF_8);
    Map<String, String> envelope = Json.membersOf(new String(body, StandardCharsets.UTF_8));
    Jwt jwt = Jwt.of(Json.textOf(envelope.get("jwt")));
    // The algorithm is ours to say, never the token's.
    if (!MessageDigest.isEqual(token, TOKEN) || jwt == null || !"RS256".equals(jwt.algorithm())) {
      return null;
    }
    // By default the JWT has no kid, so each RSA key of the set may be the one.
    boolean isGenuine =
        KEYS.look(
            keys -> {
              for (PublicKey key : keys.values()) {
                if (key.getAlgorithm().equals("RSA") && Keys.isBy(key, jwt.signed(), jwt.signature())) return true;
              }
              return false;
            });
    if (!isGenuine || !jwt.isOfNow(TOLERANCE_SECONDS)) return null;
    // What is beside the JWT is not signed, and neither is any header.
    String event = jwt.claims().get("data");
    return new Delivery(Json.textOf(Json.membersOf(event).get("event_id")), event);
  }
}

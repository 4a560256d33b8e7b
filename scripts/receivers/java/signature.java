import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature of Standard Webhooks. */
final class WebhookSignature {
  private static final long TOLERANCE_SECONDS = 5 * 60;

  private final List<String> secrets;

  WebhookSignature(List<String> secrets) {
    String form = "whsec_[A-Za-z0-9+/]{24,}={0,2}|whpk_[A-Za-z0-9+/]{43}=";
    if (!secrets.stream().allMatch(secret -> secret.matches(form))) {
      throw new IllegalStateException("WEBHOOK_SECRETS: is not whsec_ or whpk_ and base64");
    }
    this.secrets = secrets;
  }

  /** The event's id, or null unless one of the secrets signed it within the last five minutes. */
  String signedId(Map<String, String> headers, byte[] body) throws GeneralSecurityException {
    String id = headers.getOrDefault("webhook-id", "");
    String sentAt = headers.getOrDefault("webhook-timestamp", "");
    if (Math.abs(Json.now() - Json.secondsOf(sentAt)) > TOLERANCE_SECONDS) return null;
    byte[] head = (id + "." + sentAt + ".").getBytes(StandardCharsets.UTF_8);
    for (String secret : secrets) {
      for (String one : headers.getOrDefault("webhook-signature", "").split(" ")) {
        if (isBy(secret, one, head, body)) return id;
      }
    }
    return null;
  }

  /** By a whsec_ secret, or by the public half, whpk_, of an endpoint with signature: "v1a". */
  private static boolean isBy(String secret, String one, byte[] head, byte[] body)
      throws GeneralSecurityException {
    boolean isShared = secret.startsWith("whsec_");
    if (!one.matches(isShared ? "v1,[A-Za-z0-9+/]{43}=" : "v1a,[A-Za-z0-9+/]{86}==")) return false;
    byte[] key = Base64.getDecoder().decode(secret.substring(secret.indexOf('_') + 1));
    byte[] given = Base64.getDecoder().decode(one.substring(one.indexOf(',') + 1));
    if (isShared) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(head);
      return MessageDigest.isEqual(mac.doFinal(body), given);
    }
    String encoded = "302a300506032b6570032100" + HexFormat.of().formatHex(key);
    X509EncodedKeySpec spec = new X509EncodedKeySpec(HexFormat.of().parseHex(encoded));
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
    verifier.update(head);
    verifier.update(body);
    try {
      return verifier.verify(given);
    } catch (SignatureException malformed) {
      return false;
    }
  }
}

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;

final class Verification {
  private static final WebhookSignature SIGNATURE = new WebhookSignature(Secrets.ALL);

  /** Null unless one of the secrets signed it within the last five minutes. Header names are in lower case. */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    String id = SIGNATURE.signedId(headers, body);
    return id == null ? null : new Delivery(id, new String(body, StandardCharsets.UTF_8));
  }
}

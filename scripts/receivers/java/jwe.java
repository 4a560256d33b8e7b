import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

final class Verification {
  private static final WebhookSignature SIGNATURE = new WebhookSignature(Secrets.ALL);
  /** The private half of the endpoint's encryption.jwk, PKCS #8 in PEM. */
  private static final PrivateKey PRIVATE_KEY = privateKey(Settings.of("WEBHOOK_PRIVATE_KEY"));

  /**
   * Null unless one of the secrets signed it within the last five minutes, and it is for our key. Header names are in
   * lower case.
   */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    // The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
    String id = SIGNATURE.signedId(headers, body);
    if (id == null) return null;
    try {
      return new Delivery(id, new String(decrypted(body), StandardCharsets.UTF_8));
    } catch (GeneralSecurityException | IllegalArgumentException notForOurKey) {
      return null;
    }
  }

  /** A compact JWE (RFC 7516) with A256GCM, to an RSA key (RSA-OAEP-256) or to an EC key on P-256 (ECDH-ES). */
  private static byte[] decrypted(byte[] jwe) throws GeneralSecurityException {
    String[] parts = new String(jwe, StandardCharsets.US_ASCII).split("\\.", 6);
    if (parts.length != 5) throw new GeneralSecurityException("the body is no JWE");
    Map<String, String> header =
        Json.membersOf(new String(bytes(parts[0]), StandardCharsets.UTF_8));
    // The key says the algorithm, and not the body.
    boolean isRsa = PRIVATE_KEY.getAlgorithm().equals("RSA");
    String algorithm = isRsa ? "RSA-OAEP-256" : "ECDH-ES";
    if (!algorithm.equals(Json.textOf(header.get("alg")))
        || !"A256GCM".equals(Json.textOf(header.get("enc")))) {
      throw new GeneralSecurityException("the body is encrypted in another way");
    }
    byte[] key =
        isRsa ? unwrapped(bytes(parts[1])) : agreed(Json.membersOf(header.get("epk")));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    GCMParameterSpec nonce = new GCMParameterSpec(128, bytes(parts[2]));
    cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), nonce);
    cipher.updateAAD(parts[0].getBytes(StandardCharsets.US_ASCII));
    byte[] text = bytes(parts[3]);
    byte[] tag = bytes(parts[4]);
    return cipher.doFinal(ByteBuffer.allocate(text.length + tag.length).put(text).put(tag).array());
  }

  private static byte[] unwrapped(byte[] wrapped) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
    OAEPParameterSpec sha256 =
        new OAEPParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
    cipher.init(Cipher.DECRYPT_MODE, PRIVATE_KEY, sha256);
    return cipher.doFinal(wrapped);
  }

  /** Concat KDF (RFC 7518, section 4.6.2) with no party information: one round gives 256 bits. */
  private static byte[] agreed(Map<String, String> epk) throws GeneralSecurityException {
    String encoded =
        "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
            + HexFormat.of().formatHex(bytes(Json.textOf(epk.get("x"))))
            + HexFormat.of().formatHex(bytes(Json.textOf(epk.get("y"))));
    X509EncodedKeySpec spec = new X509EncodedKeySpec(HexFormat.of().parseHex(encoded));
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(PRIVATE_KEY);
    agreement.doPhase(KeyFactory.getInstance("EC").generatePublic(spec), true);
    byte[] enc = "A256GCM".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer info = ByteBuffer.allocate(4 + enc.length + 12).putInt(enc.length).put(enc);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(new byte[] {0, 0, 0, 1});
    digest.update(agreement.generateSecret());
    return digest.digest(info.putInt(0).putInt(0).putInt(256).array());
  }

  private static byte[] bytes(String base64url) {
    return Base64.getUrlDecoder().decode(base64url);
  }

  private static PrivateKey privateKey(String file) {
    try {
      String pem = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----|\\s", "");
      PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
      try {
        return KeyFactory.getInstance("RSA").generatePrivate(spec);
      } catch (InvalidKeySpecException notRsa) {
        return KeyFactory.getInstance("EC").generatePrivate(spec);
      }
    } catch (IOException | GeneralSecurityException cause) {
      throw new IllegalStateException("WEBHOOK_PRIVATE_KEY: is no file of a private key", cause);
    }
  }
}

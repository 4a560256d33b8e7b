import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The key set of your tenant and environment, and no other: what is signed for others then does not verify. */
final class Keys {
  private static final Pattern JWK = Pattern.compile("\\{[^{}]*\\}");
  private final URI url = URI.create(Settings.of("WEBHOOK_KEYS_URL"));
  private final HttpClient http = HttpClient.newHttpClient();
  private Map<String, PublicKey> keys = Map.of();
  private long fetchedAt = 0;
  private long renewedAt = 0;

  interface Look {
    boolean in(Map<String, PublicKey> keys) throws Exception;
  }

  /**
   * Looks with the cached keys, by their ids, and if that gives nothing, with keys fetched anew: at most every 30
   * seconds.
   */
  boolean look(Look look) throws Exception {
    if (look.in(cached())) return true;
    return renewed() && look.in(cached());
  }

  private synchronized Map<String, PublicKey> cached() throws Exception {
    if (Json.now() - fetchedAt > 300) fetch();
    return keys;
  }

  private synchronized boolean renewed() throws Exception {
    if (Json.now() - renewedAt < 30) return false;
    renewedAt = Json.now();
    fetch();
    return true;
  }

  private void fetch() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("the key set answers " + response.statusCode());
    }
    Map<String, PublicKey> found = new HashMap<>();
    Matcher jwks = JWK.matcher(response.body());
    while (jwks.find()) {
      Map<String, String> jwk = Json.membersOf(jwks.group());
      PublicKey key = keyOf(jwk);
      if (key != null) found.put(Json.textOf(jwk.get("kid")), key);
    }
    keys = found;
    fetchedAt = Json.now();
  }

  private static PublicKey keyOf(Map<String, String> jwk) throws GeneralSecurityException {
    if ("RSA".equals(Json.textOf(jwk.get("kty")))) {
      BigInteger modulus = new BigInteger(1, bytes(jwk.get("n")));
      BigInteger exponent = new BigInteger(1, bytes(jwk.get("e")));
      return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }
    if (!"Ed25519".equals(Json.textOf(jwk.get("crv")))) return null;
    String encoded = "302a300506032b6570032100" + HexFormat.of().formatHex(bytes(jwk.get("x")));
    X509EncodedKeySpec spec = new X509EncodedKeySpec(HexFormat.of().parseHex(encoded));
    return KeyFactory.getInstance("Ed25519").generatePublic(spec);
  }

  /** The key says the algorithm, and not the request. */
  static boolean isBy(PublicKey key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    boolean isRsa = key.getAlgorithm().equals("RSA");
    Signature verifier = Signature.getInstance(isRsa ? "SHA256withRSA" : "Ed25519");
    verifier.initVerify(key);
    verifier.update(signed);
    try {
      return verifier.verify(signature);
    } catch (SignatureException notOfItsLength) {
      return false;
    }
  }

  private static byte[] bytes(String member) {
    return Base64.getUrlDecoder().decode(Json.textOf(member));
  }
}

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** The parts of a JWT, none of which can be trusted before its signature is verified. */
record Jwt(byte[] signed, String algorithm, Map<String, String> claims, byte[] signature) {
  /** Null if it is none. */
  static Jwt of(String text) {
    String[] parts = text == null ? new String[0] : text.split("\\.", 4);
    if (parts.length != 3) return null;
    try {
      Base64.Decoder decoder = Base64.getUrlDecoder();
      String header = new String(decoder.decode(parts[0]), StandardCharsets.UTF_8);
      String claims = new String(decoder.decode(parts[1]), StandardCharsets.UTF_8);
      return new Jwt(
          (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII),
          Json.textOf(Json.membersOf(header).get("alg")),
          Json.membersOf(claims),
          decoder.decode(parts[2]));
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  boolean isOfNow(long toleranceSeconds) {
    long from = Json.secondsOf(claims.get("iat"));
    long until = Json.secondsOf(claims.get("exp"));
    return from >= 0 && Json.now() >= from - toleranceSeconds && Json.now() <= until + toleranceSeconds;
  }
}

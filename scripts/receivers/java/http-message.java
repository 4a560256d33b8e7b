import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class Verification {
  /** The endpoint's URL as Posthorn has it: a proxy may show you another one. */
  private static final String URL = Settings.of("WEBHOOK_URL");

  private static final Keys KEYS = new Keys();
  private static final long TOLERANCE_SECONDS = 5 * 60;
  /** No header of ours that has signatures is longer. */
  private static final int MAX_LENGTH = 4096;
  /** The id is what tells a repeat, so it must be signed. */
  private static final List<String> REQUIRED =
      List.of("@method", "@target-uri", "content-digest", "webhook-id");
  // The members posthorn of Signature-Input and Signature: covered components and parameters, and the bytes.
  private static final String PARAMETERS = "(?:;[a-z]+=(?:\"(?:[^\"\\\\]++|\\\\.)*\"|\\d+))*";
  private static final Pattern INPUT =
      Pattern.compile(
          "(?:^|,)\\s*posthorn=(\\(((?:\"[a-z0-9@_-]+\" ?)*)\\)(" + PARAMETERS + "))\\s*(?:,|$)");
  private static final String BASE64 =
      "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?";
  private static final Pattern SIGNATURE =
      Pattern.compile("(?:^|,)\\s*posthorn=:(" + BASE64 + "):\\s*(?:,|$)");
  private static final Pattern PARAMETER = Pattern.compile(";([a-z]+)=\"?([^\";]*)");

  /**
   * Null unless one of the keys signed it, for this address and within the last five minutes. Header names are in
   * lower case.
   */
  static Delivery verified(Map<String, String> headers, byte[] body) throws Exception {
    String inputs = headers.getOrDefault("signature-input", "");
    String signatures = headers.getOrDefault("signature", "");
    if (inputs.length() > MAX_LENGTH || signatures.length() > MAX_LENGTH) return null;
    Matcher input = INPUT.matcher(inputs);
    Matcher signature = SIGNATURE.matcher(signatures);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
    String digest = "sha-256=:" + Base64.getEncoder().encodeToString(hash) + ":";
    boolean isSigned =
        input.find() && signature.find() && digest.equals(headers.get("content-digest"));
    if (!isSigned) return null;

    List<String> components = Arrays.asList(input.group(2).replace("\"", "").trim().split(" +"));
    Map<String, String> parameters = new HashMap<>();
    Matcher parameter = PARAMETER.matcher(input.group(3));
    while (parameter.find()) parameters.put(parameter.group(1), parameter.group(2));
    boolean isOurs =
        components.containsAll(REQUIRED) && "posthorn-webhook".equals(parameters.get("tag"));
    long created = Json.secondsOf(parameters.get("created"));
    if (!isOurs || Math.abs(Json.now() - created) > TOLERANCE_SECONDS) return null;

    Map<String, String> values = new HashMap<>(headers);
    values.putAll(Map.of("@method", "POST", "@target-uri", URL));
    StringBuilder base = new StringBuilder();
    for (String name : components) {
      base.append("\"%s\": %s\n".formatted(name, values.getOrDefault(name, "").strip()));
    }
    base.append("\"@signature-params\": " + input.group(1));
    byte[] signed = base.toString().getBytes(StandardCharsets.UTF_8);
    byte[] given = Base64.getDecoder().decode(signature.group(1));
    boolean isGenuine =
        KEYS.look(
            keys -> {
              PublicKey key = keys.get(parameters.get("keyid"));
              return key != null && Keys.isBy(key, signed, given);
            });
    if (!isGenuine) return null;
    return new Delivery(headers.get("webhook-id"), new String(body, StandardCharsets.UTF_8));
  }
}

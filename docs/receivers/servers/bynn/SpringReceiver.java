// Receives deliveries of the contract bynn, with Spring Boot.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   Java 17 or newer, Maven, and docs/receivers/spring-boot/pom.xml beside this file
//   mvn --quiet package && java -jar target/receiver.jar
//
// Environment:
//   WEBHOOK_TOKEN     the endpoint's token
//   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
//   PORT              where it listens; 8080 if it is not set
//   INBOX             the folder for what was accepted; ./inbox if it is not set

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Your own work, for each event once. What throws here is tried again every hour, and at the next start. */
final class Receiver {
  static void handle(String id, String event) {
    System.out.println("processed " + id);
  }

  public static void main(String[] arguments) throws Exception {
    Inbox.start();
    Server.start(arguments);
  }
}

/** The environment. */
final class Settings {
  static String of(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) throw new IllegalStateException(name + ": is missing");
    return value;
  }
}

/** What was signed: id tells a repeat, event is JSON. */
record Delivery(String id, String event) {}

/** The members of a JSON object, as they are written. If you have a JSON library, use that. */
final class Json {
  /** By their names; nothing for what is no object. Never throws. */
  static Map<String, String> membersOf(String json) {
    Map<String, String> members = new LinkedHashMap<>();
    String text = json == null ? "" : json.strip();
    String name = null;
    int depth = 0;
    int from = 1;
    for (int at = 0; at < text.length(); at++) {
      char one = text.charAt(at);
      if (one == '"') {
        while (++at < text.length() && text.charAt(at) != '"') if (text.charAt(at) == '\\') at++;
      } else if (one == '{' || one == '[') {
        depth++;
      } else if (one == '}' || one == ']') {
        depth--;
      }
      if (name == null && depth == 1 && one == ':') {
        name = textOf(text.substring(from, at));
        from = at + 1;
      } else if (name != null && (depth == 0 || depth == 1 && one == ',')) {
        members.put(name, text.substring(from, at).strip());
        name = null;
        from = at + 1;
      }
    }
    return members;
  }

  /** Of a string without escapes; null for anything else. */
  static String textOf(String value) {
    String text = value == null ? "" : value.strip();
    boolean isText = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return isText ? text.substring(1, text.length() - 1) : null;
  }

  /** Of a time in seconds; a time that no clock shows for anything else. */
  static long secondsOf(String value) {
    return value != null && value.matches("\\d{1,12}") ? Long.parseLong(value) : Long.MIN_VALUE / 2;
  }

  static long now() {
    return System.currentTimeMillis() / 1000;
  }
}

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

/**
 * What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept for
 * 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
 * One process only: two would both take up what is left in it.
 */
final class Inbox {
  private static final Path INBOX = Path.of(System.getenv().getOrDefault("INBOX", "inbox"));
  private static final Duration KEPT = Duration.ofDays(41);
  /** The largest delivery has less than 700 kB. */
  static final int MAX_BODY_BYTES = 1_000_000;

  private static final ScheduledExecutorService WORKER =
      Executors.newSingleThreadScheduledExecutor();

  static void start() throws Exception {
    Class.forName("Verification", true, Inbox.class.getClassLoader()); // Without its settings nothing starts.
    Files.createDirectories(INBOX);
    WORKER.scheduleWithFixedDelay(Inbox::sweep, 0, 1, TimeUnit.HOURS);
  }

  /** Gives the status to answer; the work is done afterwards. */
  static int receive(Map<String, String> headers, byte[] body) {
    try {
      Delivery delivery = Verification.verified(headers, body);
      if (delivery == null) return 401;
      if (delivery.id() == null) throw new IOException("the event has no id");
      Path file = kept(delivery);
      if (file != null) WORKER.execute(() -> work(file));
      return 204;
    } catch (Exception error) {
      error.printStackTrace();
      return 500; // Ours, not the sender's: it is sent again.
    }
  }

  /** Null if the id was there already. */
  private static Path kept(Delivery delivery) throws IOException, GeneralSecurityException {
    byte[] id = delivery.id().getBytes(StandardCharsets.UTF_8);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(id);
    Path file = INBOX.resolve(HexFormat.of().formatHex(hash));
    Path draft = INBOX.resolve(UUID.randomUUID() + ".draft");
    Files.writeString(draft, delivery.id() + "\n" + delivery.event());
    try {
      return Files.createLink(file, draft); // Whole or not at all, and for one of two that come together.
    } catch (FileAlreadyExistsException repeated) {
      return null;
    } finally {
      Files.delete(draft);
    }
  }

  private static void work(Path file) {
    try {
      String[] text = Files.readString(file).split("\n", 2);
      if (text.length < 2) return;
      Receiver.handle(text[0], text[1]);
      Files.writeString(file, "");
    } catch (Throwable error) { // An Error, too, would end the sweeps.
      error.printStackTrace();
    }
  }

  private static void sweep() {
    try (Stream<Path> files = Files.list(INBOX)) {
      for (Path file : files.toList()) {
        try {
          Instant since = Files.getLastModifiedTime(file).toInstant();
          if (since.plus(KEPT).isBefore(Instant.now())) Files.delete(file);
          else if (!file.toString().endsWith(".draft")) work(file);
        } catch (NoSuchFileException draftNoLonger) {
          continue;
        }
      }
    } catch (IOException | UncheckedIOException error) {
      error.printStackTrace();
    }
  }
}

@RestController
@EnableAutoConfiguration
class Server {
  static void start(String[] arguments) {
    SpringApplication application = new SpringApplication(Server.class);
    String port = System.getenv().getOrDefault("PORT", "8080");
    application.setDefaultProperties(
        Map.of("server.port", port, "server.max-http-request-header-size", "16KB"));
    application.run(arguments);
  }

  @PostMapping("/webhooks")
  ResponseEntity<Void> answer(HttpServletRequest request) throws IOException {
    // The raw bytes, of any content type: what a parser made of them does not verify.
    byte[] body = request.getInputStream().readNBytes(Inbox.MAX_BODY_BYTES + 1);
    if (body.length > Inbox.MAX_BODY_BYTES) return ResponseEntity.status(413).build();
    Map<String, String> headers = new HashMap<>();
    request
        .getHeaderNames()
        .asIterator()
        .forEachRemaining(
            name -> headers.put(name.toLowerCase(Locale.ROOT), request.getHeader(name)));
    return ResponseEntity.status(Inbox.receive(headers, body)).build();
  }
}

// Receives deliveries of the contract standard-webhooks, encrypted (JWE), with Spring Boot.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   Java 17 or newer, Maven, and docs/receivers/spring-boot/pom.xml beside this file
//   mvn --quiet package && java -jar target/receiver.jar
//
// Environment:
//   WEBHOOK_SECRETS      the endpoint's secret, or its `whpk_` key; during a rotation the new and the old, with a space between
//   WEBHOOK_PRIVATE_KEY  a file: the private half of the endpoint's `encryption.jwk`, PKCS #8 in PEM
//   PORT                 where it listens; 8080 if it is not set
//   INBOX                the folder for what was accepted; ./inbox if it is not set

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
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

/** The endpoint's secret, and while a rotation overlaps the one before it. */
final class Secrets {
  static final List<String> ALL = List.of(Settings.of("WEBHOOK_SECRETS").strip().split("\\s+"));

  static {
    if (ALL.stream().anyMatch(secret -> secret.length() < 24)) {
      throw new IllegalStateException("WEBHOOK_SECRETS: a secret is too short");
    }
  }
}

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

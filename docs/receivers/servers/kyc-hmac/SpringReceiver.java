// Receives deliveries of the contract kyc-hmac, with Spring Boot.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   Java 17 or newer, Maven, and docs/receivers/spring-boot/pom.xml beside this file
//   mvn --quiet package && java -jar target/receiver.jar
//
// Environment:
//   WEBHOOK_SECRETS         the endpoint's secret; during a rotation the new and the old, with a space between
//   WEBHOOK_SIGNED_CONTENT  the endpoint's option `signedContent`: timestamp.body; body if it is not set
//   PORT                    where it listens; 8080 if it is not set
//   INBOX                   the folder for what was accepted; ./inbox if it is not set

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
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
import javax.crypto.Mac;
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

final class Verification {
  private static final List<String> SECRETS = Secrets.ALL;
  /** The endpoint's option signedContent. */
  private static final boolean WITH_TIME =
      "timestamp.body".equals(System.getenv("WEBHOOK_SIGNED_CONTENT"));

  /**
   * Null unless one of the secrets signed it; the time is the event's, so it may be old. Header names are in lower
   * case.
   */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    byte[] given = headers.getOrDefault("x-webhook-signature", "").getBytes(StandardCharsets.UTF_8);
    for (String secret : SECRETS) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      if (WITH_TIME) {
        String time = headers.getOrDefault("x-webhook-timestamp", "") + ".";
        mac.update(time.getBytes(StandardCharsets.UTF_8));
      }
      String expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
      if (!MessageDigest.isEqual(given, expected.getBytes(StandardCharsets.UTF_8))) continue;
      String event = new String(body, StandardCharsets.UTF_8);
      // Not X-Webhook-ID, which no signature covers.
      return new Delivery(Json.textOf(Json.membersOf(event).get("id")), event);
    }
    return null;
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

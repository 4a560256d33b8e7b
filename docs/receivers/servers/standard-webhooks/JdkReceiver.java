// Receives deliveries of the contract standard-webhooks, with the JDK's HttpServer.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   Java 17 or newer; nothing else to install
//   java JdkReceiver.java
//
// Environment:
//   WEBHOOK_SECRETS  the endpoint's secret, or its `whpk_` key; during a rotation the new and the old, with a space between
//   PORT             where it listens; 8080 if it is not set
//   INBOX            the folder for what was accepted; ./inbox if it is not set

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
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
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

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

  /** Null unless one of the secrets signed it within the last five minutes. Header names are in lower case. */
  static Delivery verified(Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    String id = SIGNATURE.signedId(headers, body);
    return id == null ? null : new Delivery(id, new String(body, StandardCharsets.UTF_8));
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

final class Server {
  static void start(String[] arguments) throws IOException {
    // A request that does not come to its end must not hold a thread.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", Server::answer);
    server.setExecutor(Executors.newFixedThreadPool(16));
    server.start();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(statusOf(exchange), -1);
    }
  }

  private static int statusOf(HttpExchange exchange) throws IOException {
    boolean isOurs = exchange.getRequestURI().getPath().equals("/webhooks");
    if (!isOurs || !exchange.getRequestMethod().equals("POST")) return 404;
    // The raw bytes, of any content type: what a parser made of them does not verify.
    byte[] body = exchange.getRequestBody().readNBytes(Inbox.MAX_BODY_BYTES + 1);
    if (body.length > Inbox.MAX_BODY_BYTES) return 413;
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
    return Inbox.receive(headers, body);
  }
}

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
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

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

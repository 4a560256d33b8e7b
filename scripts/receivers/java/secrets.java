import java.util.List;

/** The endpoint's secret, and while a rotation overlaps the one before it. */
final class Secrets {
  static final List<String> ALL = List.of(Settings.of("WEBHOOK_SECRETS").strip().split("\\s+"));

  static {
    if (ALL.stream().anyMatch(secret -> secret.length() < 24)) {
      throw new IllegalStateException("WEBHOOK_SECRETS: a secret is too short");
    }
  }
}

/** The environment. */
final class Settings {
  static String of(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) throw new IllegalStateException(name + ": is missing");
    return value;
  }
}

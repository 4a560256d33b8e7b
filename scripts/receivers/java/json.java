import java.util.LinkedHashMap;
import java.util.Map;

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

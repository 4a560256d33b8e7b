import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the snippets of docs/receivers over cases from standard input: see snippets.test.ts. A case is a
 * line of fields with tabs between: contract, now, body, token, number of keys, keys, header names and
 * values, each text but the first as base64.
 */
final class Harness {
  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    List<String> answers = new ArrayList<>();
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] fields = line.split("\t", -1);
      long now = Long.parseLong(fields[1]);
      byte[] body = Base64.getDecoder().decode(fields[2]);
      String token = text(fields[3]);
      int keyCount = Integer.parseInt(fields[4]);
      List<String> keys = new ArrayList<>();
      for (int at = 5; at < 5 + keyCount; at++) keys.add(text(fields[at]));
      Map<String, String> headers = new HashMap<>();
      for (int at = 5 + keyCount; at + 1 < fields.length; at += 2) {
        headers.put(text(fields[at]), text(fields[at + 1]));
      }
      boolean holds =
          switch (fields[0]) {
            case "standard-webhooks" -> StandardWebhooks.verify(headers, body, keys.get(0), now);
            case "bynn" -> Bynn.verify(headers, body, keys, token, now) != null;
            case "kyc-hmac" -> KycHmac.verify(headers, body, keys);
            case "bronid" -> Bronid.verify(headers, body, keys);
            default -> Idnow.verify(headers, body, keys, now);
          };
      answers.add(String.valueOf(holds));
    }
    System.out.println(answers);
  }

  private static String text(String encoded) {
    return new String(Base64.getDecoder().decode(encoded), java.nio.charset.StandardCharsets.UTF_8);
  }
}

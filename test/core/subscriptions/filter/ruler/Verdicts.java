// Asks event-ruler for its verdicts: reads a line of JSON per pattern or event, writes a line per pattern.
// The first line says how many patterns there are; then come the patterns, then the events.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

class Verdicts {
  public static void main(String[] arguments) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int count = Integer.parseInt(in.readLine());
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < count; i++) patterns.add(in.readLine());
    List<String> events = in.lines().toList();
    for (String pattern : patterns) {
      if (JsonRuleCompiler.check(pattern, false) != null) {
        System.out.println("refused");
        continue;
      }
      Machine machine = new Machine();
      machine.addRule("rule", pattern);
      StringBuilder verdicts = new StringBuilder();
      for (String event : events) {
        verdicts.append(machine.rulesForJSONEvent(event).isEmpty() ? '0' : '1');
      }
      System.out.println(verdicts);
    }
  }
}

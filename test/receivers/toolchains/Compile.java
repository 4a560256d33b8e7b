import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** Compiles servers in one process: class path, and for each the folder to write to and the file. */
final class Compile {
  public static void main(String[] arguments) throws Exception {
    for (int at = 1; at + 1 < arguments.length; at += 2) {
      Files.createDirectories(Path.of(arguments[at]));
      String[] options = {"-Xlint:all,-path,-processing", "-Werror", "-cp", arguments[0], "-d", arguments[at]};
      String[] all = java.util.Arrays.copyOf(options, options.length + 1);
      all[options.length] = arguments[at + 1];
      int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, all);
      if (status != 0) System.exit(status);
    }
  }
}

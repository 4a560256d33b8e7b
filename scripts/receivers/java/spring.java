import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

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

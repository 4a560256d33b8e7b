import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;

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

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

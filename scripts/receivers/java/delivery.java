/** What was signed: id tells a repeat, event is JSON. */
record Delivery(String id, String event) {}

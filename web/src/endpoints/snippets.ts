// Receivers to copy, short. The whole ones, run by tests, are in docs/receivers/.
export interface Snippet {
  readonly language: string;
  readonly code: string;
}

const HMAC: readonly Snippet[] = [
  {
    language: 'TypeScript',
    code: `import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

const secret = process.env.WEBHOOK_SECRET;

// The raw body: a parsed and rewritten one has another signature.
app.post('/hook', express.raw({ type: '*/*' }), (req, res) => {
  const expected = 'sha256=' + createHmac('sha256', secret).update(req.body).digest('hex');
  const given = Buffer.from(req.get('X-Webhook-Signature') ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected)))
    return res.sendStatus(401);
  queue.add(req.get('X-Webhook-ID'), req.body); // once per id
  res.sendStatus(204); // answer first, work afterwards
});`,
  },
  {
    language: 'Python',
    code: `import hashlib, hmac, os
from flask import Flask, request

app = Flask(__name__)
secret = os.environ["WEBHOOK_SECRET"].encode()

@app.post("/hook")
def receive():
    body = request.get_data()  # the raw body, before any parser
    expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Webhook-Signature", "")):
        return "", 401
    queue.add(request.headers["X-Webhook-ID"], body)  # once per id
    return "", 204  # answer first, work afterwards`,
  },
  {
    language: 'Go',
    code: `body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)) // the raw body
mac := hmac.New(sha256.New, []byte(os.Getenv("WEBHOOK_SECRET")))
mac.Write(body)
expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
if !hmac.Equal([]byte(expected), []byte(r.Header.Get("X-Webhook-Signature"))) {
	w.WriteHeader(http.StatusUnauthorized)
	return
}
queue.Add(r.Header.Get("X-Webhook-ID"), body) // once per id
w.WriteHeader(http.StatusNoContent)           // answer first, work afterwards`,
  },
  {
    language: 'Java',
    code: `@PostMapping("/hook")
ResponseEntity<Void> receive(@RequestBody byte[] body, @RequestHeader HttpHeaders headers) throws Exception {
  var mac = Mac.getInstance("HmacSHA256"); // over the raw body
  mac.init(new SecretKeySpec(System.getenv("WEBHOOK_SECRET").getBytes(UTF_8), "HmacSHA256"));
  var expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
  var given = Objects.requireNonNullElse(headers.getFirst("X-Webhook-Signature"), "");
  if (!MessageDigest.isEqual(expected.getBytes(UTF_8), given.getBytes(UTF_8)))
    return ResponseEntity.status(401).build();
  queue.add(headers.getFirst("X-Webhook-ID"), body); // once per id
  return ResponseEntity.noContent().build(); // answer first, work afterwards
}`,
  },
];

const STANDARD: readonly Snippet[] = [
  {
    language: 'TypeScript',
    code: `import { Webhook } from 'standardwebhooks';
import express from 'express';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);

// The raw body: a parsed and rewritten one has another signature.
app.post('/hook', express.raw({ type: '*/*' }), (req, res) => {
  let event;
  try {
    event = webhook.verify(req.body.toString(), req.headers);
  } catch {
    return res.sendStatus(401);
  }
  queue.add(req.get('webhook-id'), event); // once per id
  res.sendStatus(204); // answer first, work afterwards
});`,
  },
  {
    language: 'Python',
    code: `from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])

@app.post("/hook")
def receive():
    try:  # the raw body, before any parser
        event = webhook.verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        return "", 401
    queue.add(request.headers["webhook-id"], event)  # once per id
    return "", 204  # answer first, work afterwards`,
  },
];

const STANDARD_MORE: readonly Snippet[] = [
  {
    language: 'Go',
    code: `hook, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
// ...
body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)) // the raw body
if err := hook.Verify(body, r.Header); err != nil {
	w.WriteHeader(http.StatusUnauthorized)
	return
}
queue.Add(r.Header.Get("webhook-id"), body) // once per id
w.WriteHeader(http.StatusNoContent)         // answer first, work afterwards`,
  },
  {
    language: 'Java',
    code: `var webhook = new Webhook(System.getenv("WEBHOOK_SECRET"));

@PostMapping("/hook")
ResponseEntity<Void> receive(@RequestBody String body, @RequestHeader HttpHeaders headers) {
  try {
    webhook.verify(body, java.net.http.HttpHeaders.of(headers, (name, value) -> true)); // the raw body
  } catch (WebhookVerificationException e) {
    return ResponseEntity.status(401).build();
  }
  queue.add(headers.getFirst("webhook-id"), body); // once per id
  return ResponseEntity.noContent().build(); // answer first, work afterwards
}`,
  },
];

/**
 * Empty for contracts whose receivers need more than a few lines. The portal, which weighs less, has the default's in two
 * languages.
 */
export function snippetsOf(contract: string): readonly Snippet[] {
  if (contract === 'standard-webhooks')
    return IS_PORTAL ? STANDARD : [...STANDARD, ...STANDARD_MORE];
  return !IS_PORTAL && contract === 'kyc-hmac' ? HMAC : [];
}

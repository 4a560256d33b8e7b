import hashlib
import hmac
import json
from secrets import SECRETS  # part


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it, or else None. The time is the event's, so it may be old."""
    given = headers.get("x-webhook-signature", "").encode()
    for secret in SECRETS:
        # With the option signedContent "timestamp.body": headers["x-webhook-timestamp"].encode() + b"." + body.
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(given, expected.encode()):
            event = json.loads(body)
            return event["id"], event  # Not X-Webhook-ID, which no signature covers.
    return None

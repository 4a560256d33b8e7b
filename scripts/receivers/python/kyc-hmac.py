import hashlib
import hmac
import json
import os
from secrets import SECRETS  # part

# The endpoint's option signedContent.
WITH_TIME = os.environ.get("WEBHOOK_SIGNED_CONTENT") == "timestamp.body"


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it, or else None. The time is the event's, so it may be old."""
    given = headers.get("x-webhook-signature", "").encode()
    signed = headers.get("x-webhook-timestamp", "").encode() + b"." + body if WITH_TIME else body
    for secret in SECRETS:
        expected = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if hmac.compare_digest(given, expected.encode()):
            event = json.loads(body)
            return event["id"], event  # Not X-Webhook-ID, which no signature covers.
    return None

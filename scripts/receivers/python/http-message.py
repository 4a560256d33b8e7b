import json
import os
from datetime import timedelta
from keys import with_keys  # part
from types import SimpleNamespace

from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

# The endpoint's URL as Posthorn has it: a proxy may show you another one.
URL = os.environ.get("WEBHOOK_URL")
if not URL:
    raise SystemExit("WEBHOOK_URL: the endpoint's URL is missing")
TAG = "posthorn-webhook"
TOLERANCE = timedelta(minutes=5)
# The id is what tells a repeat, so it must be signed.
SIGNED = ("@method", "@target-uri", "content-digest", "webhook-id")


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, keys):
        self.keys = {key.key_id: key.key for key in keys}

    def resolve_public_key(self, key_id):
        return self.keys.get(key_id)


def verify(headers, body):
    """Gives (id, event) if one of the keys signed it, for this address and within five minutes, or else None."""
    message = SimpleNamespace(method="POST", url=URL, headers=headers)
    if not with_keys(lambda keys: is_genuine(message, body, Keys(keys)) or None):
        return None
    return headers["webhook-id"], json.loads(body)


def is_genuine(message, body, keys):
    for algorithm in (algorithms.ED25519, algorithms.RSA_V1_5_SHA256):
        verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=keys)
        verifier.max_clock_skew = TOLERANCE  # In both directions.
        try:
            # The digest of the body is checked as well.
            verifier.verify(
                message, max_age=timedelta(0), expect_tag=TAG, require_components=SIGNED, body=body
            )
            return True
        except Exception:
            continue  # Perhaps it was the other algorithm.
    return False

import hashlib
import hmac
import json
import time
from secrets import SECRETS  # part

TOLERANCE_SECONDS = 5 * 60


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within the last five minutes, or else None."""
    given = headers.get("x-bronid-signature-sha", "").encode()
    for secret in SECRETS:
        # SHA3-256, which is not SHA-256.
        expected = "bronid_sec_sha256_" + hashlib.sha3_256(body + secret.encode()).hexdigest()
        if hmac.compare_digest(given, expected.encode()):
            event = json.loads(body)
            event.pop("signature", None)
            if abs(time.time() - event.pop("timestamp")) > TOLERANCE_SECONDS:
                return None
            # There is no id: what stays the same when it is sent again tells it.
            return hashlib.sha256(json.dumps(event).encode()).hexdigest(), event
    return None

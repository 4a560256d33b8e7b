"""Verifies a delivery of the contract bronid. Python 3.9 or newer; nothing to install."""
import hashlib
import hmac
import json
import time

TOLERANCE_SECONDS = 5 * 60


def verify(headers, body, signing_keys, now=None):
    """headers: lower-case names; body: the raw bytes; signing_keys: the present one and the one before.

    Raises ValueError.
    """
    if any(len(secret) < 24 for secret in signing_keys):
        raise ValueError("a secret is missing or too short")
    now = time.time() if now is None else now
    given = headers.get("x-bronid-signature-sha", "").encode()
    for signing_key in signing_keys:
        # SHA3-256, which is not SHA-256.
        found = "bronid_sec_sha256_" + hashlib.sha3_256(body + signing_key.encode()).hexdigest()
        if hmac.compare_digest(given, found.encode()):
            verification = json.loads(body)
            if abs(now - verification["timestamp"]) > TOLERANCE_SECONDS:
                raise ValueError("the delivery is too old, or the clocks differ")
            return verification
    raise ValueError("the signature does not verify")

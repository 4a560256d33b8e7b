"""Verifies a delivery of the contract kyc-hmac. Python 3.9 or newer; nothing to install."""
import hashlib
import hmac
import json


def verify(headers, body, secrets):
    """headers: lower-case names; body: the raw bytes; secrets: the present one and the one before it.

    The timestamp is the event's and says nothing of the time of sending. Raises ValueError.
    """
    if any(len(secret) < 24 for secret in secrets):
        raise ValueError("a secret is missing or too short")
    given = headers.get("x-webhook-signature", "").encode()
    for secret in secrets:
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(given, expected.encode()):
            return json.loads(body)
    raise ValueError("the signature does not verify")

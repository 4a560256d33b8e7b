"""Verifies a delivery of the contract idnow. Python 3.9 or newer; nothing to install."""
import base64
import hashlib
import hmac
import json
import time

TOLERANCE_SECONDS = 2 * 60


def _decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify(headers, body, secrets, now=None):
    """headers: lower-case names; body: the raw bytes; secrets: the present one and the one before it.

    Raises ValueError.
    """
    if any(len(secret) < 24 for secret in secrets):
        raise ValueError("a secret is missing or too short")
    now = time.time() if now is None else now
    try:
        head, claims, signature = headers.get("authorization", "").removeprefix("Bearer ").split(".")
        algorithm, given = json.loads(_decode(head)).get("alg"), _decode(signature)
    except Exception:
        raise ValueError("there is no JWT") from None
    if algorithm != "HS256":
        raise ValueError("the JWT is not signed with HS256")
    signed = f"{head}.{claims}".encode()
    if not any(
        hmac.compare_digest(given, hmac.new(secret.encode(), signed, hashlib.sha256).digest())
        for secret in secrets
    ):
        raise ValueError("the JWT does not verify")
    said = json.loads(_decode(claims))
    if not said["iat"] - TOLERANCE_SECONDS <= now <= said["exp"] + TOLERANCE_SECONDS:
        raise ValueError("the JWT has expired, or the clocks differ")
    # The JWT speaks of one body only: without this check it could be put beside any other.
    if not hmac.compare_digest(said["body_sha256"].encode(), hashlib.sha256(body).hexdigest().encode()):
        raise ValueError("the JWT is about another body")
    return json.loads(body)

"""Verifies a delivery of the contract bynn: pip install cryptography (or use PyJWT, which needs it too)."""
import base64
import hmac
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

TOLERANCE_SECONDS = 5 * 60


def _decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify(headers, body, public_keys, token, now=None):
    """headers: lower-case names; body: the raw bytes; token: the endpoint's, which its deliveries carry.

    public_keys: PEM, the pinned one or all RSA keys of your JWKS. Gives the data that was signed: use this,
    and not the fields beside the JWT. Its event_id tells whether the event came before. Raises ValueError.
    """
    # Other endpoints may verify with the same keys.
    carried = headers.get("x-webhook-token", "").encode()
    if len(token) < 8 or not hmac.compare_digest(carried, token.encode()):
        raise ValueError("the delivery is meant for another endpoint")
    now = time.time() if now is None else now
    try:
        head, claims, signature = json.loads(body)["jwt"].split(".")
        algorithm, given = json.loads(_decode(head)).get("alg"), _decode(signature)
    except Exception:
        raise ValueError("there is no JWT") from None
    if algorithm != "RS256":
        raise ValueError("the JWT is not signed with RS256")
    for pem in public_keys:
        try:
            key = load_pem_public_key(pem.encode())
            key.verify(given, f"{head}.{claims}".encode(), padding.PKCS1v15(), SHA256())
            break
        except InvalidSignature:
            continue
    else:
        raise ValueError("the JWT does not verify")
    signed = json.loads(_decode(claims))
    if now > signed["exp"] + TOLERANCE_SECONDS:
        raise ValueError("the JWT has expired: fetch the resource instead")
    return signed["data"]

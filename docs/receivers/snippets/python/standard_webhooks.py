"""Verifies a delivery of the contract standard-webhooks. Python 3.9 or newer; nothing to install."""
import base64
import hashlib
import hmac
import json
import re
import time

TOLERANCE_SECONDS = 5 * 60


def verify(headers, body, secret, now=None):
    """headers: lower-case names; body: the raw bytes; secret: whsec_... Raises ValueError."""
    if not re.fullmatch(r"whsec_[A-Za-z0-9+/]{24,}={0,2}", secret):
        raise ValueError("the secret is missing, too short, or not the endpoint's")
    now = time.time() if now is None else now
    sent_at = headers.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", sent_at) or abs(now - int(sent_at)) > TOLERANCE_SECONDS:
        raise ValueError("the delivery is too old, or the clocks differ")
    key = base64.b64decode(secret[len("whsec_"):])
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    for one in headers.get("webhook-signature", "").split(" "):
        version, _, signature = one.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), expected):
            return json.loads(body)
    raise ValueError("the signature does not verify")

import base64
import re
import time
from secrets import SECRETS  # part

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

TOLERANCE_SECONDS = 5 * 60


class PublicWebhook:
    """As Webhook, with the public half of an endpoint with signature "v1a", which that does not take."""

    def __init__(self, secret):
        raw = base64.b64decode(secret.removeprefix("whpk_"))
        self.key = Ed25519PublicKey.from_public_bytes(raw)

    def verify(self, body, headers, json_parse):
        sent_at = headers["webhook-timestamp"]
        if abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
            raise InvalidSignature
        signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
        for one in headers["webhook-signature"].split():
            version, _, signature = one.partition(",")
            try:
                if version == "v1a":
                    return self.key.verify(base64.b64decode(signature), signed)
            except (InvalidSignature, ValueError):
                continue  # Perhaps it is the next one.
        raise InvalidSignature


def webhook_of(secret):
    if not re.fullmatch(r"whsec_[A-Za-z0-9+/]{24,}={0,2}|whpk_[A-Za-z0-9+/]{43}=", secret):
        raise SystemExit("WEBHOOK_SECRETS: is not whsec_ or whpk_ and base64")
    return Webhook(secret) if secret.startswith("whsec_") else PublicWebhook(secret)


WEBHOOKS = [webhook_of(secret) for secret in SECRETS]


def is_signed(headers, body):
    """Whether one of the secrets signed it within the last five minutes."""
    for webhook in WEBHOOKS:
        try:
            webhook.verify(body, headers, json_parse=False)
            return True
        except Exception:
            continue  # Perhaps it was the other secret.
    return False

import json
import os
import pathlib
from secrets import SECRETS  # part

from jwcrypto import jwe, jwk
from standardwebhooks import Webhook

# The private half of the endpoint's `encryption.jwk`.
PRIVATE_KEY = jwk.JWK.from_pem(pathlib.Path(os.environ.get("WEBHOOK_PRIVATE_KEY", "")).read_bytes())
ALGORITHMS = ["RSA-OAEP-256", "ECDH-ES", "A256GCM"]
WEBHOOKS = [Webhook(secret) for secret in SECRETS]


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within five minutes and it is for our key, or else None."""
    for webhook in WEBHOOKS:
        try:
            # The signature is over the encrypted body, which is no JSON.
            webhook.verify(body, headers, json_parse=False)
            token = jwe.JWE(algs=ALGORITHMS)
            token.deserialize(body.decode(), key=PRIVATE_KEY)
            return headers["webhook-id"], json.loads(token.payload)
        except Exception:
            continue  # Perhaps it was the other secret.
    return None

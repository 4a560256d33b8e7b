import json
import os
import pathlib
from signature import is_signed  # part

from jwcrypto import jwe, jwk

# The private half of the endpoint's `encryption.jwk`.
PRIVATE_KEY = jwk.JWK.from_pem(pathlib.Path(os.environ.get("WEBHOOK_PRIVATE_KEY", "")).read_bytes())
ALGORITHMS = ["RSA-OAEP-256", "ECDH-ES", "A256GCM"]


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within five minutes and it is for our key, or else None."""
    # The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
    if not is_signed(headers, body):
        return None
    try:
        token = jwe.JWE(algs=ALGORITHMS)
        token.deserialize(body.decode(), key=PRIVATE_KEY)
        return headers["webhook-id"], json.loads(token.payload)
    except Exception:
        return None

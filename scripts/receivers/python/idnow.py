import hashlib
import json
import os
from secrets import SECRETS  # part

import jwt

TOLERANCE_SECONDS = 2 * 60
# The endpoint's options headerName and prefix.
HEADER = os.environ.get("WEBHOOK_HEADER", "Authorization").lower()
PREFIX = os.environ.get("WEBHOOK_PREFIX", "Bearer") + " "


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it for this body, within the last minutes, or else None."""
    token = headers.get(HEADER, "").removeprefix(PREFIX)
    for secret in SECRETS:
        try:
            claims = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                leeway=TOLERANCE_SECONDS,
                options={"require": ["iat", "exp"]},
            )
        except (jwt.InvalidTokenError, RecursionError):
            continue  # Perhaps it was the other secret.
        # The JWT speaks of one body only: without this check it could be put beside any other.
        if claims.get("body_sha256") != hashlib.sha256(body).hexdigest():
            return None
        event = json.loads(body)
        return event["eventId"], event
    return None

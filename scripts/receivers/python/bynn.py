import hmac
import json
import os
from keys import with_keys  # part

import jwt

# The endpoint's own: others of your endpoints verify with the same keys.
TOKEN = os.environ.get("WEBHOOK_TOKEN", "")
if len(TOKEN) < 8:
    raise SystemExit("WEBHOOK_TOKEN: the endpoint's token is missing")
TOLERANCE_SECONDS = 5 * 60


def verify(headers, body):
    """Gives (id, event) if one of the keys signed it within the last day, or else None."""
    if not hmac.compare_digest(headers.get("x-webhook-token", "").encode(), TOKEN.encode()):
        return None
    try:
        token = str(json.loads(body)["jwt"])
    except Exception:
        return None
    # By default the JWT has no kid, so each RSA key of the set may be the one.
    event = with_keys(lambda keys: event_of(token, [key for key in keys if key.key_type == "RSA"]))
    # What is beside the JWT is not signed, and neither is any header.
    return event and (event["event_id"], event)


def event_of(token, keys):
    for key in keys:
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                leeway=TOLERANCE_SECONDS,
                options={"require": ["iat", "exp"], "verify_sub": False},  # `sub` is null.
            )
            return claims["data"]
        except (jwt.InvalidTokenError, RecursionError):
            continue  # Perhaps it was another key.
    return None

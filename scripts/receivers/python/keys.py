import os
import time

from jwt import PyJWKClient

# The key set of your tenant and environment, and no other: what is signed for others then does not verify.
KEY_SET = PyJWKClient(os.environ.get("WEBHOOK_KEYS_URL", ""), lifespan=300, timeout=5)
renewed_at = float("-inf")


def with_keys(look):
    """Looks with the cached keys, and if that gives nothing, with keys fetched anew: at most every 30 seconds."""
    global renewed_at
    found = look(KEY_SET.get_jwk_set().keys)
    if found is not None or time.monotonic() - renewed_at < 30:
        return found
    renewed_at = time.monotonic()
    return look(KEY_SET.get_jwk_set(refresh=True).keys)

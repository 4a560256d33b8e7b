import json
from signature import is_signed  # part


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within the last five minutes, or else None."""
    if not is_signed(headers, body):
        return None
    return headers["webhook-id"], json.loads(body)

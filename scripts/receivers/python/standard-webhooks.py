from secrets import SECRETS  # part

from standardwebhooks import Webhook

WEBHOOKS = [Webhook(secret) for secret in SECRETS]


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within the last five minutes, or else None."""
    for webhook in WEBHOOKS:
        try:
            return headers["webhook-id"], webhook.verify(body, headers)
        except Exception:
            continue  # Perhaps it was the other secret.
    return None

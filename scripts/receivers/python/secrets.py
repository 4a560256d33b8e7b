import os

# The endpoint's secret, and while a rotation overlaps the one before it.
SECRETS = os.environ.get("WEBHOOK_SECRETS", "").split()
if not SECRETS or any(len(secret) < 24 for secret in SECRETS):
    raise SystemExit("WEBHOOK_SECRETS: the endpoint's secret is missing, or too short")

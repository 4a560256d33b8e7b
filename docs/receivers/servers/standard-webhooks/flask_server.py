# Receives deliveries of the contract standard-webhooks, with Flask.
# Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
#
#   Python 3.10 or newer
#   python3 -m venv .venv && . .venv/bin/activate
#   pip install flask waitress cryptography standardwebhooks
#   python flask_server.py
#
# Environment:
#   WEBHOOK_SECRETS  the endpoint’s secret, or its `whpk_` key; during a rotation the new and the old, with a space between
#   PORT             where it listens; 8080 if it is not set
#   INBOX            the folder for what was accepted; ./inbox if it is not set

import base64
import hashlib
import json
import logging
import os
import pathlib
import queue
import re
import threading
import time
import uuid

import waitress
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, request
from standardwebhooks import Webhook

# The endpoint's secret, and while a rotation overlaps the one before it.
SECRETS = os.environ.get("WEBHOOK_SECRETS", "").split()
if not SECRETS or any(len(secret) < 24 for secret in SECRETS):
    raise SystemExit("WEBHOOK_SECRETS: the endpoint's secret is missing, or too short")

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


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within the last five minutes, or else None."""
    if not is_signed(headers, body):
        return None
    return headers["webhook-id"], json.loads(body)


def handle(id, event):
    """Your own work, for each event once. What raises here is tried again every hour, and at the next start."""
    print(f"processed {id}", flush=True)


# What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept
# for 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
# One process only: two would both take up what is left in it.
INBOX = pathlib.Path(os.environ.get("INBOX", "inbox"))
KEPT_SECONDS = 41 * 24 * 3600

# The largest delivery has less than 700 kB.
MAX_BODY_BYTES = 1_000_000


def receive(headers, body):
    """Gives the status to answer; the work is done afterwards. The headers' names are in lower case."""
    try:
        delivery = verify(headers, body)
        if delivery is None:
            return 401
        file = keep(*delivery)
        if file is not None:
            waiting.put(file)
        return 204
    except Exception:
        logging.exception("not received")
        return 500  # Ours, not the sender's: it is sent again.


def keep(id, event):
    """Gives None if the id was there already."""
    file = INBOX / hashlib.sha256(id.encode()).hexdigest()
    draft = INBOX / f"{uuid.uuid4()}.draft"
    draft.write_text(json.dumps({"id": id, "event": event}))
    try:
        os.link(draft, file)  # Whole or not at all, and for one of two that come together.
        return file
    except FileExistsError:
        return None
    finally:
        draft.unlink()


waiting = queue.Queue()


def work():
    swept_at = float("-inf")
    while True:
        try:
            if time.monotonic() - swept_at > 3600:
                swept_at = time.monotonic()
                sweep()
            file = waiting.get(timeout=60)
            text = file.read_text()
            if text:
                handle(**json.loads(text))
                os.truncate(file, 0)
        except queue.Empty:
            pass
        except Exception:
            logging.exception("left in the inbox")


def sweep():
    for file in INBOX.iterdir():
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue  # A draft that is one no longer.
        if time.time() - stat.st_mtime > KEPT_SECONDS:
            file.unlink()
        elif stat.st_size > 0 and file.suffix != ".draft":
            waiting.put(file)


INBOX.mkdir(parents=True, exist_ok=True)
threading.Thread(target=work, daemon=True).start()

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES


@app.post("/webhooks")
def webhooks():
    # The raw bytes: what a parser made of them does not verify.
    body = request.get_data()
    headers = {name.lower(): value for name, value in request.headers}
    return "", receive(headers, body)


if __name__ == "__main__":
    waitress.serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8080")), max_request_body_size=MAX_BODY_BYTES)

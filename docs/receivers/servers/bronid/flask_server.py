# Receives deliveries of the contract bronid, with Flask.
# Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
#
#   Python 3.10 or newer
#   python3 -m venv .venv && . .venv/bin/activate
#   pip install flask waitress
#   python flask_server.py
#
# Environment:
#   WEBHOOK_SECRETS  the endpoint’s secret; during a rotation the new and the old, with a space between
#   PORT             where it listens; 8080 if it is not set
#   INBOX            the folder for what was accepted; ./inbox if it is not set

import hashlib
import hmac
import json
import logging
import os
import pathlib
import queue
import threading
import time
import uuid

import waitress
from flask import Flask, request

# The endpoint's secret, and while a rotation overlaps the one before it.
SECRETS = os.environ.get("WEBHOOK_SECRETS", "").split()
if not SECRETS or any(len(secret) < 24 for secret in SECRETS):
    raise SystemExit("WEBHOOK_SECRETS: the endpoint's secret is missing, or too short")

TOLERANCE_SECONDS = 5 * 60


def verify(headers, body):
    """Gives (id, event) if one of the secrets signed it within the last five minutes, or else None."""
    given = headers.get("x-bronid-signature-sha", "").encode()
    for secret in SECRETS:
        # SHA3-256, which is not SHA-256.
        expected = "bronid_sec_sha256_" + hashlib.sha3_256(body + secret.encode()).hexdigest()
        if hmac.compare_digest(given, expected.encode()):
            event = json.loads(body)
            event.pop("signature", None)
            if abs(time.time() - event.pop("timestamp")) > TOLERANCE_SECONDS:
                return None
            # There is no id: what stays the same when it is sent again tells it.
            return hashlib.sha256(json.dumps(event).encode()).hexdigest(), event
    return None


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

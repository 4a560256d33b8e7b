# Receives deliveries of the contract bynn, with Flask.
# Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
#
#   Python 3.10 or newer
#   python3 -m venv .venv && . .venv/bin/activate
#   pip install flask waitress 'pyjwt[crypto]'
#   python flask_server.py
#
# Environment:
#   WEBHOOK_TOKEN     the endpoint’s token
#   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
#   PORT              where it listens; 8080 if it is not set
#   INBOX             the folder for what was accepted; ./inbox if it is not set

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

import jwt
import waitress
from flask import Flask, request
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

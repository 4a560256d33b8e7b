# Receives deliveries of the contract standard-webhooks, signed by HTTP message signatures (RFC 9421), with FastAPI.
# Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
#
#   Python 3.10 or newer
#   python3 -m venv .venv && . .venv/bin/activate
#   pip install fastapi uvicorn http-message-signatures 'pyjwt[crypto]'
#   python fastapi_server.py
#
# Environment:
#   WEBHOOK_URL       the endpoint’s URL, as Posthorn has it
#   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
#   PORT              where it listens; 8080 if it is not set
#   INBOX             the folder for what was accepted; ./inbox if it is not set

import hashlib
import json
import logging
import os
import pathlib
import queue
import threading
import time
import uuid
from datetime import timedelta
from types import SimpleNamespace

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
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

# The endpoint's URL as Posthorn has it: a proxy may show you another one.
URL = os.environ.get("WEBHOOK_URL")
if not URL:
    raise SystemExit("WEBHOOK_URL: the endpoint's URL is missing")
TAG = "posthorn-webhook"
TOLERANCE = timedelta(minutes=5)
# The id is what tells a repeat, so it must be signed.
SIGNED = ("@method", "@target-uri", "content-digest", "webhook-id")


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, keys):
        self.keys = {key.key_id: key.key for key in keys}

    def resolve_public_key(self, key_id):
        return self.keys.get(key_id)


def verify(headers, body):
    """Gives (id, event) if one of the keys signed it, for this address and within five minutes, or else None."""
    message = SimpleNamespace(method="POST", url=URL, headers=headers)
    if not with_keys(lambda keys: is_genuine(message, body, Keys(keys)) or None):
        return None
    return headers["webhook-id"], json.loads(body)


def is_genuine(message, body, keys):
    for algorithm in (algorithms.ED25519, algorithms.RSA_V1_5_SHA256):
        verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=keys)
        verifier.max_clock_skew = TOLERANCE  # In both directions.
        try:
            # The digest of the body is checked as well.
            verifier.verify(
                message, max_age=timedelta(0), expect_tag=TAG, require_components=SIGNED, body=body
            )
            return True
        except Exception:
            continue  # Perhaps it was the other algorithm.
    return False


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

app = FastAPI()


@app.post("/webhooks")
async def webhooks(request: Request) -> Response:
    # The raw bytes: what a parser made of them does not verify.
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return Response(status_code=413)
    status = await run_in_threadpool(receive, dict(request.headers), bytes(body))
    return Response(status_code=status)


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))

import hashlib
import json
import logging
import os
import pathlib
import queue
import threading
import time
import uuid
from contract import verify  # part


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

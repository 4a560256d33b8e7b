import os
from inbox import MAX_BODY_BYTES, receive  # part

import waitress
from flask import Flask, request

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

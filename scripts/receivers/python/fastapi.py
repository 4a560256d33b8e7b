import os
from inbox import MAX_BODY_BYTES, receive  # part

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

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

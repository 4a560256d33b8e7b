import express from 'express';
import { MAX_BODY_BYTES, receive } from './inbox.mts';

const app = express();
// The raw bytes, of any content type: what a parser made of them does not verify.
const raw = express.raw({ type: () => true, limit: MAX_BODY_BYTES });
app.post('/webhooks', raw, async (request, response) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  response.sendStatus(await receive(request.headers, body));
});
app.listen(Number(process.env.PORT ?? 8080));

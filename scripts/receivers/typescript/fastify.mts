import Fastify from 'fastify';
import { MAX_BODY_BYTES, receive } from './inbox.mts';

const app = Fastify({ bodyLimit: MAX_BODY_BYTES });
// The raw bytes, of any content type: what a parser made of them does not verify.
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/webhooks', async (request, reply) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return reply.code(await receive(request.headers, body)).send();
});
await app.listen({ host: '0.0.0.0', port: Number(process.env.PORT ?? 8080) });

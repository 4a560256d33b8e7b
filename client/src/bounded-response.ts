// An answer is read up to a size that none of the service has: what is behind its address may be somebody else.

/** The service answers at most 6 MB, which is what Lambda allows. Counted after decompression. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The same answer, whose body fails once it is longer. */
export function bounded(response: Response): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) controller.error(new Error(`the answer exceeds ${MAX_BYTES} bytes`));
      else controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(limit), { status, statusText, headers });
}

// The Hono application as a Lambda handler, where Hono's own adapter falls short.
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import type { Application } from './application.ts';

/** Methods that the Fetch standard's Request refuses: no route has them, so any other name does. */
const UNSAYABLE = new Set(['CONNECT', 'TRACE', 'TRACK']);

export function lambdaHandler(app: Application) {
  const inner = handle(app);
  return (event: LambdaEvent, context?: LambdaContext) => inner(sayable(event), context);
}

function sayable(event: LambdaEvent): LambdaEvent {
  const { requestContext } = event;
  if (!('http' in requestContext) || !('rawPath' in event)) return event;
  const { method } = requestContext.http;
  const http = UNSAYABLE.has(method)
    ? { ...requestContext.http, method: 'UNSUPPORTED' }
    : requestContext.http;
  return {
    ...event,
    rawPath: encoded(event.rawPath),
    requestContext: { ...requestContext, http },
    // Request refuses a body here; what nobody asked for is not read.
    ...(method === 'GET' || method === 'HEAD' ? { body: null } : {}),
  } as LambdaEvent; // spreading a union loses which of its members it is
}

/** The path comes decoded: a `?`, a `#` or a control character in it would be taken for the URL's own. */
function encoded(path: string): string {
  if (/^[\w./-]*$/.test(path)) return path;
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join('/');
}

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
  if (!('http' in requestContext)) return event;
  const { method } = requestContext.http;
  // It refuses a body here, too: what it is not asked for is not read.
  const isBodiless = method === 'GET' || method === 'HEAD';
  const http = UNSAYABLE.has(method)
    ? { ...requestContext.http, method: 'UNSUPPORTED' }
    : requestContext.http;
  const said = { ...event, requestContext: { ...requestContext, http } };
  return (isBodiless ? { ...said, body: null } : said) as LambdaEvent; // spreading a union loses which of its members it is
}

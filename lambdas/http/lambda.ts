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
  if (!('http' in requestContext) || !UNSAYABLE.has(requestContext.http.method)) return event;
  const http = { ...requestContext.http, method: 'UNSUPPORTED' };
  return { ...event, requestContext: { ...requestContext, http } } as LambdaEvent; // spreading a union loses which of its members it is
}

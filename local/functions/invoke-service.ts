// Lambda's Invoke: waiting for the answer (RequestResponse), or not (Event).
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

import { functionNameOf } from '../aws-names.ts';
import { invokeCall } from '../gate/aws-calls.ts';
import type { ControlService } from '../gate/control-endpoint.ts';
import { ServiceFault } from '../gate/service-fault.ts';
import { FunctionFailed, type FunctionHost } from './host.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

export function invokeService(
  functions: ReadonlyMap<string, FunctionHost>,
  onFailure: (error: unknown) => void,
): ControlService {
  return async ({ method, url, headers, text, authorize }) => {
    const encoded = PATH.exec(url.pathname)?.[1];
    if (method !== 'POST' || encoded === undefined) return undefined;
    const given = decodeURIComponent(encoded);
    const name = functionNameOf(given);
    authorize(invokeCall(name));
    const host = functions.get(name);
    if (host === undefined) {
      throw new ServiceFault(404, 'ResourceNotFoundException', `Function not found: ${given}`);
    }
    const event = text === '' ? '{}' : text;
    if (headers['x-amz-invocation-type'] === 'Event') {
      host.invoke(event).catch((error: unknown) => onFailure(error));
      return { statusCode: 202, body: {} };
    }
    try {
      return { statusCode: 200, body: JSON.parse(await host.invoke(event)) };
    } catch (error) {
      if (!(error instanceof FunctionFailed)) throw error;
      const body = { ...error.fault, trace: error.fault.trace.split('\n') };
      return { statusCode: 200, body, headers: { 'x-amz-function-error': 'Unhandled' } };
    }
  };
}

// Where the functions' SDK clients reach Secrets Manager, EventBridge Scheduler, Lambda and SES: one
// loopback server, as none of them needs more than a few operations.
import { createServer, type IncomingMessage } from 'node:http';
import { type JsonObject, parseObject } from '../json.ts';
import type { AwsCall } from './aws-calls.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { answerJson, close, listenOnLoopback, readBody } from './loopback-server.ts';
import { ServiceFault } from './service-fault.ts';

export interface ControlRequest {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  text: string;
  body: JsonObject;
  /** Throws a ServiceFault when the caller's role does not grant the call. */
  authorize(call: AwsCall): void;
}

interface ControlAnswer {
  statusCode: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Answers undefined for a request of another service. */
export type ControlService = (
  request: ControlRequest,
) => ControlAnswer | undefined | Promise<ControlAnswer | undefined>;

interface ControlEndpoint {
  url: string;
  serve(services: ControlService[]): void;
  close(): Promise<void>;
}

export async function startControlEndpoint(gatekeeper: Gatekeeper): Promise<ControlEndpoint> {
  let services: ControlService[] = [];
  const server = createServer(async (request, response) => {
    try {
      const { statusCode, body, headers } = await answer(request, services, gatekeeper);
      answerJson(response, statusCode, body, headers);
    } catch (error) {
      const fault =
        error instanceof ServiceFault
          ? error
          : new ServiceFault(500, 'InternalServerException', String(error));
      const body = { __type: fault.code, Message: fault.message, message: fault.message };
      answerJson(response, fault.statusCode, body, { 'x-amzn-errortype': fault.code });
    }
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    serve: (given) => {
      services = given;
    },
    close: () => close(server),
  };
}

async function answer(
  request: IncomingMessage,
  services: ControlService[],
  gatekeeper: Gatekeeper,
): Promise<ControlAnswer> {
  const text = (await readBody(request)).toString();
  const { method = 'GET', url = '/', headers } = request;
  const controlRequest: ControlRequest = {
    method,
    url: new URL(url, 'http://localhost'),
    headers,
    text,
    body: parseObject(text),
    authorize: (call) => {
      const refusal = gatekeeper.check({ method, url, headers, body: text }, call);
      if (refusal !== undefined) throw new ServiceFault(400, refusal.code, refusal.message);
    },
  };
  for (const service of services) {
    const served = await service(controlRequest);
    if (served !== undefined) return served;
  }
  throw new ServiceFault(
    400,
    'UnknownOperationException',
    'The embedded runtime does not have it.',
  );
}

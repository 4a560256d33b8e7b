// An HTTP request as the event of an API Gateway HTTP API, payload format 2.0.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ACCOUNT_ID } from '../aws-names.ts';

export interface HttpRequest {
  method: string;
  /** Path and query as they came. */
  target: string;
  protocol: string;
  headers: IncomingHttpHeaders;
  sourceIp: string;
  body: Buffer;
}

/** Content types whose bodies API Gateway hands on as text. */
const TEXT =
  /^(text\/|application\/(json|xml|javascript|[\w.+-]+\+(json|xml)|x-www-form-urlencoded)\s*(;|$))/i;

export function toEvent(
  request: HttpRequest,
  apiId: string,
  routeKey: string,
  pathParameters: Record<string, string>,
) {
  const { method, headers, body } = request;
  const question = request.target.indexOf('?');
  const rawPath = decodedPath(question < 0 ? request.target : request.target.slice(0, question));
  const rawQueryString = question < 0 ? '' : request.target.slice(question + 1);
  const contentType = headers['content-type'];
  const isText = (contentType === undefined || TEXT.test(contentType)) && isUtf8(body);
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(headers.cookie !== undefined && { cookies: headers.cookie.split(/;\s*/) }),
    headers: plainHeaders(headers),
    ...(rawQueryString !== '' && { queryStringParameters: joinedQuery(rawQueryString) }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      domainName: headers.host ?? 'localhost',
      domainPrefix: apiId,
      http: {
        method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: clfTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** HTTP APIs hand the path on decoded. */
export function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'cookie' || name === 'connection' || value === undefined) continue;
    plain[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return plain;
}

function joinedQuery(query: string): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    joined[name] = name in joined ? `${joined[name]},${value}` : value;
  }
  return joined;
}

/** `21/Nov/2026:09:24:00 +0000` */
function clfTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}

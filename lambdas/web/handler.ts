// The web function: the files of the console and the portal, without any grant.
import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { readSettings } from '../adapters/surroundings.ts';
import { createSite, type Manifest } from './site.ts';

const folder = new URL('./site/', import.meta.url);
const manifest: Manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'));
const answer = createSite(folder, manifest, readSettings().portal.origins);

export async function handler(
  event: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { statusCode, headers, body } = answer({
    method: event.requestContext.http.method,
    path: event.rawPath,
    acceptEncoding: event.headers['accept-encoding'] ?? '',
    isSecure: event.headers['x-forwarded-proto'] === 'https',
  });
  return { statusCode, headers, body: body.toString('base64'), isBase64Encoded: true };
}

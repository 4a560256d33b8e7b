// /.well-known/egress.json: the addresses that requests to receivers come from, for their firewalls.
import { isIP } from 'node:net';
import * as z from 'zod';
import { operation, type Serve } from '../../http/operation.ts';

const MAX_AGE_SECONDS = 3600;
const CACHED = { 'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}` };

export const getEgressAddresses = operation({
  id: 'getEgressAddresses',
  method: 'get',
  path: '/.well-known/egress.json',
  tag: 'Service',
  summary: 'List the addresses that requests to receivers come from',
  description: 'The list is empty if the addresses are not fixed.',
  access: 'open',
  session: 'all',
  replies: {
    200: {
      description: 'The addresses.',
      schema: z.object({ addresses: z.array(z.string()) }).meta({ id: 'EgressAddresses' }),
      example: { addresses: ['192.0.2.10', '192.0.2.11'] },
    },
  },
});

export function addEgressRoute(serve: Serve, addresses: readonly string[]): void {
  // On one machine the template's addresses are names only.
  const known = addresses.filter((address) => isIP(address) !== 0);
  serve(getEgressAddresses, async ({ reply }) => reply(200, { addresses: known }, CACHED));
}

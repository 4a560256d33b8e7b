// Endpoints' tokens are shown to whoever may read the endpoint, and stand sealed in the registry: whoever has the
// key reads and writes endpoints with their tokens as if nothing were sealed.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { SealBrokenError } from '../../core/errors.ts';
import { tokenPlace } from '../../core/sealing/places.ts';
import { NONCE_BYTES, seal, unseal } from '../../core/sealing/seal.ts';
import type { VaultPorts } from '../ledger/vault.ts';
import { log } from '../log.ts';
import type { Registry } from './registry.ts';

export function withTokens({ secrets, surroundings }: VaultPorts, registry: Registry): Registry {
  async function opened(endpoints: readonly Endpoint[]): Promise<Endpoint[]> {
    const sealed = endpoints.flatMap(({ sealedToken }) => sealedToken ?? []);
    if (sealed.length === 0) return [...endpoints];
    const keys = await secrets.sealingKey(sealed);
    return endpoints.map((endpoint) => {
      if (endpoint.sealedToken === undefined) return endpoint;
      try {
        // Last, so that the others keep their order once it is removed again.
        return { ...endpoint, token: unseal(keys, tokenPlace(endpoint), endpoint.sealedToken) };
      } catch (error) {
        if (!(error instanceof SealBrokenError)) throw error;
        log.error('token cannot be opened', error, { endpointId: endpoint.id });
        return endpoint;
      }
    });
  }

  async function sealed(endpoint: Endpoint): Promise<Endpoint> {
    const { token } = endpoint;
    if (token === undefined || endpoint.sealedToken !== undefined) return stripped(endpoint);
    const keys = await secrets.sealingKey();
    const nonce = surroundings.random(NONCE_BYTES);
    return stripped({ ...endpoint, sealedToken: seal(keys, tokenPlace(endpoint), token, nonce) });
  }

  return {
    ...registry,
    async getEndpoint(scope, id) {
      const found = await registry.getEndpoint(scope, id);
      return found && (await opened([found]))[0];
    },
    async getEndpoints(refs) {
      const found = await opened([...(await registry.getEndpoints(refs)).values()]);
      return new Map(found.map((endpoint) => [endpoint.id, endpoint]));
    },
    async listEndpoints(...parameters) {
      const page = await registry.listEndpoints(...parameters);
      return { ...page, entries: await opened(page.entries) };
    },
    async putEndpointOnce(endpoint) {
      const stored = await registry.putEndpointOnce(await sealed(endpoint));
      return (await opened([stored]))[0] ?? stored;
    },
    replaceEndpoint: async (before, after) =>
      registry.replaceEndpoint(stripped(before), await sealed(after)),
  };
}

/** As it is stored. One from before tokens were sealed has nothing else, and stays as it is. */
function stripped(endpoint: Endpoint): Endpoint {
  if (endpoint.sealedToken === undefined) return endpoint;
  const { token, ...rest } = endpoint;
  return rest;
}

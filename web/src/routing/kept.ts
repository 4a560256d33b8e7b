// The routing rules that are kept.
import type { Api } from '../base/api.ts';
import type { RoutingRule } from '../base/models.ts';

const RULES_ADDRESS = '/v1/routing-rules';

export interface KeptRules {
  readonly rules: readonly RoutingRule[];
  readonly etag: string | null;
}

interface Body {
  readonly rules: readonly RoutingRule[];
}

export async function readRoutingRules(api: Api, signal: AbortSignal): Promise<KeptRules> {
  const { value, etag } = await api.request<Body>(RULES_ADDRESS, { signal });
  return { rules: value.rules, etag };
}

/** @param rules JSON: conditions go as they were typed */
export async function keepRoutingRules(
  api: Api,
  rules: string,
  ifMatch: string | null,
): Promise<KeptRules> {
  const bodyText = `{"rules":${rules}}`;
  const answer = await api.request<Body>(RULES_ADDRESS, { method: 'PUT', bodyText, ifMatch });
  return { rules: answer.value.rules, etag: answer.etag };
}

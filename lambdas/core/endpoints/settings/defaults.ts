/**
 * The settings that were there from the beginning: every endpoint is stored with them. Those that came later are
 * stored only where they differ from their default. They are apart from the declarations in all.ts because
 * functions need them that have no use for the schemas.
 */
export const DEFAULTS = {
  contract: 'standard-webhooks' as const,
  contractOptions: {},
  eventTypes: [],
  channels: [],
  method: 'POST' as const,
  headers: {},
  timeoutMs: 10_000,
  autoPause: true,
  description: '',
};

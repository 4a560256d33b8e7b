// How often strangers are asked whether they want mails.
import type { Scope } from '../../scope.ts';

/** In a day, in UTC. No tenant alone uses up what an address may be asked by all. */
export const MAX_QUESTIONS = { perTenant: 100, perTenantAndAddress: 3, perAddress: 20 } as const;

export interface QuestionLedger {
  /** Counts a question; false if it is one too many for the address, or for the tenant's environment, today. */
  mayAsk(scope: Scope, address: string, nowMs: number): Promise<boolean>;
}

// Event data that every contract can form.
import type { ContractName } from '../../lambdas/core/contracts/all.ts';

const PAYLOAD = JSON.stringify({
  resource: { id: 'dossier_simulated', type: 'dossier', status: 'in_progress' },
  organization: { id: 'acct_simulated', name: 'Simulated' },
  sessionId: 'session_simulated',
});

/** The same for all contracts so far: each takes from it what it shows. */
export function samplePayload(_contract: ContractName): string {
  return PAYLOAD;
}

// The contracts that Posthorn speaks. A further one is a file beside this and a line here.
import { bronid } from './bronid.ts';
import { bynn } from './bynn.ts';
import type { Contract } from './contract.ts';
import { idnow } from './idnow.ts';
import { kycHmac } from './kyc-hmac.ts';
import { standardWebhooks } from './standard-webhooks.ts';

export const CONTRACTS = {
  'standard-webhooks': standardWebhooks,
  bynn,
  'kyc-hmac': kycHmac,
  bronid,
  idnow,
} as const satisfies Record<string, Contract>;

export type ContractName = keyof typeof CONTRACTS;
export const CONTRACT_NAMES = Object.keys(CONTRACTS) as [ContractName, ...ContractName[]]; // Object.keys widens to string

/** The contract of a name, its options' type left open: they were parsed by its own schema. */
export function contractOf(name: ContractName): Contract {
  return CONTRACTS[name];
}

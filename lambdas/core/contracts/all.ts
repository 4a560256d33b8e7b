// The contracts that Posthorn speaks. A further one is a file beside this and a line here.
import { bronid } from './bronid.ts';
import { bynn } from './bynn.ts';
import { discord, email, slack, teams } from './chats.ts';
import type { Contract } from './contract.ts';
import { idnow } from './idnow.ts';
import { kycHmac } from './kyc-hmac.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/** Those whose receivers are programs, which verify what they get. */
export const SIGNED_CONTRACTS = {
  'standard-webhooks': standardWebhooks,
  bynn,
  'kyc-hmac': kycHmac,
  bronid,
  idnow,
} as const satisfies Record<string, Contract>;

/** Those whose receivers are people in a chat. */
export const CHATS = { slack, teams, discord } as const satisfies Record<string, Contract>;

export const CONTRACTS = { ...SIGNED_CONTRACTS, ...CHATS, email } as const satisfies Record<
  string,
  Contract
>;

export type ContractName = keyof typeof CONTRACTS;
export type SignedContractName = keyof typeof SIGNED_CONTRACTS;
// Object.keys widens to string
export const CONTRACT_NAMES = Object.keys(CONTRACTS) as [ContractName, ...ContractName[]];
export const SIGNED_CONTRACT_NAMES = Object.keys(SIGNED_CONTRACTS) as SignedContractName[];

/** The contract of a name, its options' type left open: they were parsed by its own schema. */
export function contractOf(name: ContractName): Contract {
  return CONTRACTS[name];
}

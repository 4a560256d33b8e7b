// The contracts that an endpoint is made with, each in a line.
import type { Endpoint } from '../base/models.ts';

export type Contract = Endpoint['contract'];

export const CONTRACTS: readonly (readonly [Contract, string])[] = [
  ['standard-webhooks', 'HMAC-SHA256 over id, time and body. The default.'],
  ['kyc-hmac', 'HMAC-SHA256 of the body, in hex.'],
  ['bynn', 'A signed JWT in the body.'],
  ['bronid', 'SHA-3 and Keccak over body and key.'],
  ['idnow', 'Identifiers and links only, with a bearer JWT.'],
  ['slack', 'A message in a Slack channel.'],
  ['teams', 'A card in a Teams channel or chat.'],
  ['discord', 'A message in a Discord channel.'],
];
/** Their receivers are people: nothing is signed, and the URL is the secret. Where the URL of each leads. */
export const CHATS: ReadonlyMap<Contract, string> = new Map([
  ['slack', 'hooks.slack.com/services/…'],
  ['teams', '….environment.api.powerplatform.com/…'],
  ['discord', 'discord.com/api/webhooks/…'],
]);

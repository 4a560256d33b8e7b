// For each setting of an endpoint, what is nothing but faults.
import { filling, list, members, text } from './parts.ts';

const keys = members(20_000, (n) => [`k ${n}`, ' ']);
const ones = filling(() => 1);

export const SETTING_ATTACKS: Readonly<Record<string, readonly unknown[]>> = {
  url: [`https://a.io/${text('a')}`, `http://${text('a.')}`, `https://${text('%41')}`, text('@')],
  recipients: [
    ones,
    list(20_000, (n) => `a${n}@b.co`),
    [text('a')],
    [`${text('a.')}@b.co`],
    [`a@${text('a-')}.co`],
    [`a@${text('a.')}co`],
  ],
  contractOptions: [keys],
  eventTypes: [ones, [text('a.')], list(100, () => 'a.'.repeat(1_300))],
  channels: [ones, [text('a')]],
  filter: [
    members(20_000, (n) => [`k${n}`, [n]]),
    { a: ones },
    { $or: filling(() => ({})) },
    { a: [{ wildcard: text('*a') }] },
  ],
  transform: [
    keys,
    { language: 'jsonata', source: text('a.') },
    { language: 'jsonata', source: text('(', '') },
    { language: 'jsonata', source: text('[', '') },
  ],
  headers: [keys, members(20_000, (n) => [`h${n}`, 'x']), { a: text('a ') }, { a: text('\t', '') }],
  retryPolicy: [{ steps: filling(() => ({})) }, { retryOn: filling(() => 'x') }, keys],
  autoPause: [keys],
  description: [text('a')],
  secret: [text('a'), `whsec_${text('A')}`],
  template: [text('a')],
  token: [text('a')],
  signatures: [filling(() => ({})), keys],
  encryption: [{ jwk: keys }, { jwk: { kty: 'RSA', n: text('a'), e: text('a') } }],
  authentication: [
    filling(() => ({})),
    [{ type: 'basic', username: text('a'), password: text('a') }],
    [{ type: 'bearer', token: text('a ') }],
  ],
  renameHeaders: [keys, members(20_000, (n) => [`h${n}`, 'x'])],
};

// Types of events and of contract options: what the compiler takes is what it should. Each wrong line must be an error.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type ContractOptions,
  type EndpointInput,
  JsonText,
  Posthorn,
  type StandardPayload,
  type VerificationKeys,
  verify,
} from '../../client/src/index.ts';
import { bronid } from '../../lambdas/core/contracts/bronid.ts';
import { bynn } from '../../lambdas/core/contracts/bynn.ts';
import { discord, slack, teams } from '../../lambdas/core/contracts/chats.ts';
import { idnow } from '../../lambdas/core/contracts/idnow.ts';
import { kycHmac } from '../../lambdas/core/contracts/kyc-hmac.ts';
import { standardWebhooks } from '../../lambdas/core/contracts/standard-webhooks.ts';

interface MyEvents {
  'dossier.created': { dossier: string };
  'dossier.closed': { dossier: string; score?: number };
}

/** Compiled, and never run. */
async function compiled(keys: VerificationKeys): Promise<void> {
  const posthorn = new Posthorn<MyEvents>({ url: 'https://api.acme.io' });
  const plain = new Posthorn({ url: 'https://api.acme.io' });

  await posthorn.events.send({ type: 'dossier.created', data: { dossier: 'd-1' } });
  await posthorn.events.send({ type: 'dossier.closed', data: new JsonText('{}') }, 'key');
  await posthorn.forTenant('acme').events.sendBatch([
    { type: 'dossier.created', data: { dossier: 'd-1' }, idempotencyKey: 'k' },
    { type: 'dossier.closed', data: { dossier: 'd-1', score: 1 } },
  ]);
  // @ts-expect-error: no such type
  await posthorn.events.send({ type: 'dossier.creatd', data: { dossier: 'd-1' } });
  // @ts-expect-error: a type of another member
  await posthorn.events.send({ type: 'dossier.created', data: { dossier: 1 } });
  // @ts-expect-error: no data
  await posthorn.events.send({ type: 'dossier.created' });
  // @ts-expect-error: data of another type
  await posthorn.events.send({ type: 'dossier.created', data: { dossier: 'd-1', score: 1 } });
  // @ts-expect-error: in a batch too
  await posthorn.events.sendBatch([{ type: 'dossier.created', data: {} }]);
  // @ts-expect-error: and for another tenant
  await posthorn.forTenant('acme').events.send({ type: 'x', data: {} });
  // @ts-expect-error: an option that is none
  await posthorn.events.send({ type: 'dossier.closed', data: { dossier: '' }, subjekt: 's' });

  const read = await posthorn.events.get('evt_1');
  expectTypeOf(read.dataText).toBeString();
  if (read.type === 'dossier.created') {
    expectTypeOf(read.data).toEqualTypeOf<MyEvents['dossier.created'] | null>();
  }
  const { data } = await plain.events.get('evt_1');
  expectTypeOf(data).toEqualTypeOf<Record<string, unknown> | null>();
  const latest = await posthorn.events.latest('s', 'dossier.closed');
  if (latest.type === 'dossier.closed')
    expectTypeOf(latest.data?.score).toEqualTypeOf<number | undefined>();

  const { payload } = await verify<StandardPayload<MyEvents>>({ headers: {}, body: '' }, keys);
  if (payload.type === 'dossier.closed') {
    expectTypeOf(payload.data).toEqualTypeOf<MyEvents['dossier.closed']>();
  }
  expectTypeOf((await verify({ headers: {}, body: '' }, keys)).payload).toBeUnknown();

  await plain.events.send({ type: 'any.type', data: { any: 'thing' } });
  interface Row {
    readonly id: number;
  }
  const row: Row = { id: 1 };
  await plain.events.send({ type: 'row', data: row });
  // @ts-expect-error: data is an object
  await plain.events.send({ type: 'row', data: 'text' });
}

const url = 'https://hooks.acme.com';
const ENDPOINTS: readonly EndpointInput[] = [
  { url },
  { url, contractOptions: { signature: 'v1a' } },
  { url, contract: 'standard-webhooks', contractOptions: { signature: 'v1' } },
  {
    url,
    contract: 'bynn',
    contractOptions: { kid: true, issuer: 'acme', jwtReference: 'include' },
  },
  { url, contract: 'kyc-hmac', contractOptions: { signedContent: 'timestamp.body' } },
  { url, contract: 'bronid', contractOptions: { whitespace: 'keep', bodySignature: false } },
  { url, contract: 'idnow', contractOptions: { headerName: 'X-Token', prefix: '' } },
  { url, contract: 'slack', contractOptions: { title: 'New', fields: ['data.name'] } },
  // @ts-expect-error: a name that is none
  { url, contract: 'bynn', contractOptions: { kidd: true } },
  // @ts-expect-error: of another contract
  { url, contract: 'bynn', contractOptions: { signedContent: 'body' } },
  // @ts-expect-error: of another contract than the default
  { url, contractOptions: { kid: true } },
  // @ts-expect-error: of another type
  { url, contract: 'bynn', contractOptions: { kid: 'yes' } },
  // @ts-expect-error: a value that is none
  { url, contract: 'kyc-hmac', contractOptions: { signedContent: 'both' } },
  // @ts-expect-error: a contract that is none
  { url, contract: 'standard-webhook' },
];

const MESSAGE = {
  title: ['{{data.name}}'],
  message: ['About {{subject}}'],
  fields: [['data.risk.score', 'time']],
};

/** Every option with its values; of texts one. The compiler knows the names and the values. */
const VALUES: {
  readonly [Contract in keyof ContractOptions]: {
    readonly [Name in keyof Required<ContractOptions[Contract]>]: readonly Required<
      ContractOptions[Contract]
    >[Name][];
  };
} = {
  'standard-webhooks': { signature: ['v1', 'v1a'] },
  bynn: {
    issuer: ['acme'],
    webhookToken: ['endpoint', 'delivery'],
    jwtReference: ['exclude', 'include'],
    kid: [true, false],
  },
  'kyc-hmac': { signedContent: ['body', 'timestamp.body'] },
  bronid: { whitespace: ['compact', 'keep'], bodySignature: [true, false] },
  idnow: { headerName: ['X-Token'], prefix: ['Bearer'] },
  slack: MESSAGE,
  teams: MESSAGE,
  discord: MESSAGE,
};
const CONTRACTS = [standardWebhooks, bynn, kycHmac, bronid, idnow, slack, teams, discord];

describe.each(CONTRACTS)('the options of $name', ({ name, optionsSchema }) => {
  const values: Readonly<Record<string, readonly unknown[]>> =
    VALUES[name as keyof ContractOptions];
  const { properties = {} } = z.toJSONSchema(optionsSchema, { io: 'input' });

  it('are typed by their names', () => {
    expect(Object.keys(values)).toEqual(Object.keys(properties));
  });

  it.each(Object.entries(properties))('are typed by their values: %s', (option, schema) => {
    const { enum: allowed } = Object(schema);
    if (allowed) expect(values[option]).toEqual(allowed);
    for (const value of values[option] ?? []) optionsSchema.parse({ [option]: value });
  });
});

it('the wrong ones are errors of the compiler, and there are none that is not', () => {
  // The lines above are checked by `npm run types`: a line marked as wrong that is right is an error too.
  expectTypeOf(compiled).toBeFunction();
  expect(ENDPOINTS).toHaveLength(14);
});

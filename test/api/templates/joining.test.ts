// A template and an endpoint that begins to follow it never miss each other, in whatever order the two requests write
// and read.
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiService, Ask } from '../../builders/api-service.ts';
import { decideOnCalls, startService } from '../../builders/broken-calls.ts';

const URL_OF_ACME = { url: 'https://acme.io/a' };
/** Does not go with the settings of CHANGES.conflicting. */
const OWN = { headers: { 'Posthorn-Attempt': '1' } };
const CHANGES = {
  harmless: { settings: { timeoutMs: 7_000 } },
  conflicting: { settings: { timingHeaders: true } },
} as const;

type Actor = 'follower' | 'changer';
/** The follower writes and joins; the changer plans, lists and commits. */
type Step = 'write' | 'join' | 'plan' | 'list' | 'commit';
const STEPS: Readonly<Record<Actor, readonly Step[]>> = {
  follower: ['write', 'join'],
  changer: ['plan', 'list', 'commit'],
};

const actor = new AsyncLocalStorage<Actor>();
let service: ApiService;
let turns: Turns | undefined;
/** Whoever begins to follow dies before the template is read again. */
let isDying = false;
let count = 0;

/** Lets the first call of each step through when its turn has come, and all others at once. */
class Turns {
  #left: readonly Step[];
  readonly #begun = new Set<Step>();
  #waiting: (() => void)[] = [];

  constructor(order: readonly Step[]) {
    this.#left = order;
  }

  async take(step: Step): Promise<boolean> {
    if (this.#begun.has(step)) return false;
    this.#begun.add(step);
    while (this.#left.includes(step) && this.#left[0] !== step) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return true;
  }

  hasBegun = (step: Step): boolean => this.#begun.has(step);

  end(...steps: readonly Step[]): void {
    this.#left = this.#left.filter((step) => !steps.includes(step));
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Input {
  readonly UpdateExpression?: string;
  readonly Key?: { readonly sk?: { readonly S?: string } };
  readonly Item?: { readonly sk?: { readonly S?: string } };
  readonly ExpressionAttributeValues?: { readonly ':pk'?: { readonly S?: string } };
}

function stepOf(command: string, input: Input): Step | undefined {
  const sortKey = (input.Key ?? input.Item)?.sk?.S ?? '';
  const isTemplate = sortKey.startsWith('tpl_');
  const isWrite = /^(Put|Delete)ItemCommand$/.test(command);
  if (actor.getStore() === 'follower') {
    if (isWrite && sortKey.startsWith('ep_')) return 'write';
    return command === 'GetItemCommand' && isTemplate && turns?.hasBegun('write')
      ? 'join'
      : undefined;
  }
  if (actor.getStore() !== 'changer') return undefined;
  if (input.UpdateExpression === 'SET planned = :planned') return 'plan';
  const listed = input.ExpressionAttributeValues?.[':pk']?.S ?? '';
  if (command === 'QueryCommand' && listed.endsWith('#endpoints')) return 'list';
  return isWrite && isTemplate ? 'commit' : undefined;
}

beforeAll(async () => {
  service = await startService();
  service.client.middlewareStack.add(
    (next, { commandName }) =>
      async (given) => {
        const step = stepOf(String(commandName), given.input as Input);
        const isGiven = step !== undefined && (await turns?.take(step));
        try {
          if (step === 'join' && isDying) throw new Error('the function died');
          return await next(given);
        } finally {
          if (isGiven) turns?.end(step);
        }
      },
    { step: 'initialize', name: 'takesTurns' },
  );
});
afterAll(() => service?.stop());

/** Every order of the two, each in the order of its own steps. */
function orders(a: readonly Step[], b: readonly Step[]): Step[][] {
  const [[firstOfA, ...restOfA], [firstOfB, ...restOfB]] = [a, b];
  if (!firstOfA || !firstOfB) return [[...a, ...b]];
  return [
    ...orders(restOfA, b).map((rest) => [firstOfA, ...rest]),
    ...orders(a, restOfB).map((rest) => [firstOfB, ...rest]),
  ];
}

async function race(order: readonly Step[], acts: Readonly<Record<Actor, () => ReturnType<Ask>>>) {
  turns = new Turns(order);
  const run = (who: Actor) =>
    actor.run(who, async () => {
      const answer = await acts[who]();
      turns?.end(...STEPS[who]);
      return answer;
    });
  const [follower, changer] = await Promise.all([run('follower'), run('changer')]);
  turns = undefined;
  return { follower, changer };
}

async function aTemplate(): Promise<string> {
  const { json } = await service.acme('POST', '/v1/templates', { name: `t${++count}` });
  return json.id;
}

/** What begins to follow the template: a new endpoint, or one that was there. */
const BEGINNINGS: Readonly<Record<string, (template: string) => Promise<() => ReturnType<Ask>>>> = {
  'an endpoint that is made': async (template) => () =>
    service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, ...OWN, template }),
  'an endpoint that is moved to it': async (template) => {
    const { json } = await service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, ...OWN });
    return () => service.acme('PATCH', `/v1/endpoints/${json.id}`, { template });
  },
  'a follower that is changed': async (template) => {
    const { json } = await service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, template });
    return () => service.acme('PATCH', `/v1/endpoints/${json.id}`, OWN);
  },
};
const ORDERS = orders(STEPS.follower, STEPS.changer);

async function followers(template: string) {
  const all = [];
  for (let cursor = ''; ; ) {
    const { json } = await service.acme('GET', `/v1/endpoints?limit=100${cursor}`);
    all.push(...json.data.filter((one: { template: string }) => one.template === template));
    if (json.next === null) return all;
    cursor = `&cursor=${json.next}`;
  }
}

describe.each(Object.entries(BEGINNINGS))('%s', (_, begin) => {
  it.each(ORDERS.map((order) => [order.join(', '), order] as const))(
    'gets what the template becomes: %s',
    async (_order, order) => {
      const id = await aTemplate();
      const { follower, changer } = await race(order, {
        follower: await begin(id),
        changer: () => service.acme('PATCH', `/v1/templates/${id}`, CHANGES.harmless),
      });
      expect([changer.status, follower.status < 300]).toEqual([200, true]);
      expect(await followers(id)).toMatchObject([{ timeoutMs: 7_000 }]);
    },
  );

  it.each(ORDERS.map((order) => [order.join(', '), order] as const))(
    'is refused, or what does not go with it is: %s',
    async (_order, order) => {
      const id = await aTemplate();
      const { follower, changer } = await race(order, {
        follower: await begin(id),
        changer: () => service.acme('PATCH', `/v1/templates/${id}`, CHANGES.conflicting),
      });
      expect([follower.status < 300, changer.status]).toEqual(
        changer.status === 200 ? [false, 200] : [true, 422],
      );
      const { json } = await service.acme('GET', `/v1/templates/${id}`);
      const isChanged = json.settings.timingHeaders === true;
      expect(isChanged).toBe(changer.status === 200);
      const isThere = (await followers(id)).some(({ headers }) => 'Posthorn-Attempt' in headers);
      expect(isThere).toBe(!isChanged);
    },
  );

  it.each(ORDERS.map((order) => [order.join(', '), order] as const))(
    'never follows a template that is gone: %s',
    async (_order, order) => {
      const id = await aTemplate();
      const { changer } = await race(order, {
        follower: await begin(id),
        changer: () => service.acme('DELETE', `/v1/templates/${id}`),
      });
      expect([204, 409]).toContain(changer.status);
      const { status } = await service.acme('GET', `/v1/templates/${id}`);
      expect(status).toBe(changer.status === 204 ? 404 : 200);
      if (status === 404) expect(await followers(id)).toEqual([]);
    },
  );
});

describe('an endpoint whose creation died before it joined its template', () => {
  const keyed = { 'idempotency-key': 'one' };
  async function dead(change: (template: string) => ReturnType<Ask>) {
    const template = await aTemplate();
    const body = { ...URL_OF_ACME, ...OWN, template };
    const headers = { 'idempotency-key': `${keyed['idempotency-key']}-${template}` };
    const create = () => service.acme('POST', '/v1/endpoints', body, headers);
    isDying = true;
    const order = ['plan', 'list', 'write', 'commit'] as const;
    const { follower, changer } = await race(order, {
      follower: create,
      changer: () => change(template),
    });
    isDying = false;
    expect([follower.status, changer.status < 300]).toEqual([500, true]);
    return { template, create };
  }
  const subscribed = async () => {
    const scope = { tenant: 'acme', environment: 'live' } as const;
    const [all] = (await service.registry.subscribersOf([scope])).values();
    return all?.length;
  };

  it('gets nothing where the template is gone, and its repeat takes it back', async () => {
    const before = await subscribed();
    const { template, create } = await dead((id) => service.acme('DELETE', `/v1/templates/${id}`));
    expect(await subscribed()).toBe(before);
    expect((await create()).status).toBe(409);
    expect(await followers(template)).toEqual([]);
  });

  it('is taken back where it does not go with what the template has become', async () => {
    const { template, create } = await dead((id) =>
      service.acme('PATCH', `/v1/templates/${id}`, CHANGES.conflicting),
    );
    expect((await create()).status).toBe(409);
    expect(await followers(template)).toEqual([]);
  });

  it('is there once its creation is repeated, where it goes with it', async () => {
    const { template, create } = await dead((id) =>
      service.acme('PATCH', `/v1/templates/${id}`, CHANGES.harmless),
    );
    expect((await create()).status).toBe(201);
    expect(await followers(template)).toMatchObject([{ timeoutMs: 7_000 }]);
  });
});

describe('a template', () => {
  it('can be changed while endpoints are made from it', async () => {
    const id = await aTemplate();
    let made = 0;
    decideOnCalls(service.client, async (_command, { ConditionExpression }) => {
      if (ConditionExpression !== 'doc = :before AND planned = :planned' || made === 6) return;
      made++;
      await service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, template: id });
    });
    const change = await service.acme('PATCH', `/v1/templates/${id}`, CHANGES.harmless);
    expect(made).toBeGreaterThan(0);
    expect(change.status).toBe(200);
  });

  it('is followed and changed after a change that died half-way', async () => {
    const id = await aTemplate();
    const kept = await service.templates.getTemplate({ tenant: 'acme', environment: 'live' }, id);
    if (!kept) throw new Error('no template');
    const { template } = kept;
    await service.templates.planTemplate(template, { ...template, deletedAtMs: 1 });
    const made = await service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, template: id });
    expect(made.status).toBe(201);
    await service.templates.planTemplate(template, { ...template, deletedAtMs: 1 });
    const change = await service.acme('PATCH', `/v1/templates/${id}`, CHANGES.harmless);
    expect(change.status).toBe(200);
    expect(await followers(id)).toMatchObject([{ timeoutMs: 7_000 }]);
  });

  it('keeps nothing of a change that was refused', async () => {
    const id = await aTemplate();
    await service.acme('POST', '/v1/endpoints', { ...URL_OF_ACME, ...OWN, template: id });
    const change = await service.acme('PATCH', `/v1/templates/${id}`, CHANGES.conflicting);
    expect(change.status).toBe(422);
    const kept = await service.templates.getTemplate({ tenant: 'acme', environment: 'live' }, id);
    expect(kept?.planned).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { email } from '../../../../lambdas/core/destinations/email/email.ts';
import {
  addressSchema,
  type Recipient,
  type RecipientState,
  recipientsOf,
  recipientsSchema,
  withState,
} from '../../../../lambdas/core/destinations/email/recipients.ts';

const at = (state: RecipientState, address = 'zoe@example.com'): Recipient =>
  state === 'pending' ? { address, state } : { address, state, sinceMs: 1 };

describe('an address', () => {
  it.each([
    'a@b.co',
    'first.last+tag@mail.example.com',
    "o'neil@example.org",
    'x@xn--bcher-kva.example',
    `${'l'.repeat(64)}@example.com`,
  ])('may be %s', (address) => expect(addressSchema.safeParse(address).success).toBe(true));

  it.each([
    '',
    'zoe',
    'zoe@localhost',
    '@example.com',
    'zoe@',
    'zoe@example.com\r\nBcc: all@example.com',
    'zoe@example.com,all@example.com',
    'Zoe <zoe@example.com>',
    '"zoe"@example.com',
    'zoe @example.com',
    '.zoe@example.com',
    'zoe..x@example.com',
    'zoe@-example.com',
    'zoe@example..com',
    'zoe@[127.0.0.1]',
    'zoé@example.com',
    'zoe@exämple.com',
    `${'l'.repeat(65)}@example.com`,
    `zoe@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.com`,
    '=?utf-8?q?x?=@example.com',
    'a%b@example.com',
    'host!a@example.com',
  ])('is not %j', (address) => expect(addressSchema.safeParse(address).success).toBe(false));

  it('stands once among up to ten', () => {
    const many = Array.from({ length: 11 }, (_, n) => `a${n}@example.com`);
    expect(recipientsSchema.safeParse(many.slice(1)).success).toBe(true);
    for (const wrong of [many, [], ['a@b.co', 'A@B.co']]) {
      expect(recipientsSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('states', () => {
  const STATES = ['pending', 'confirmed', 'unsubscribed', 'bounced', 'complained'] as const;
  const MAY: Readonly<Record<string, readonly RecipientState[]>> = {
    confirmed: ['pending'],
    unsubscribed: ['pending', 'confirmed'],
    bounced: ['pending', 'confirmed'],
    complained: ['pending', 'confirmed', 'unsubscribed', 'bounced'],
  };

  it.each(STATES.flatMap((from) => STATES.slice(1).map((to) => [from, to] as const)))(
    'of one who is %s, %s may follow or not',
    (from, to) => {
      if (to === 'pending') return;
      const others = [at('confirmed', 'kim@example.com')];
      const after = withState([at(from), ...others], 'Zoe@example.com', to, 9);
      const isAllowed = MAY[to]?.includes(from);
      expect(after).toEqual(
        isAllowed ? [{ ...at(from), state: to, sinceMs: 9 }, ...others] : undefined,
      );
    },
  );

  it('are nobody else’s', () => {
    expect(withState([at('pending')], 'kim@example.com', 'confirmed', 9)).toBeUndefined();
  });

  it('stay with an address that stays, and begin anew with one that comes back', () => {
    const before = [at('unsubscribed'), at('confirmed', 'kim@example.com')];
    const changed = recipientsOf(['ZOE@example.com', 'new@example.com'], before);
    expect(changed).toEqual([at('unsubscribed'), at('pending', 'new@example.com')]);
    expect(recipientsOf(['kim@example.com'], changed)).toEqual([at('pending', 'kim@example.com')]);
  });
});

describe('an endpoint', () => {
  const provedAtMs = (...states: RecipientState[]) =>
    email.provedAtMs({
      kind: 'email',
      recipients: states.map((state, n) => at(state, `a${n}@example.com`)),
    });

  it('waits while nobody has said yes and somebody may, and not for nobody', () => {
    expect(provedAtMs('pending')).toBeUndefined();
    expect(provedAtMs('pending', 'unsubscribed')).toBeUndefined();
    expect(provedAtMs('pending', 'confirmed')).toBe(1);
    expect(provedAtMs('unsubscribed', 'bounced')).toBe(1);
  });

  it('sends to those who have said yes, and to nobody else', () => {
    const states: RecipientState[] = [
      'pending',
      'confirmed',
      'unsubscribed',
      'bounced',
      'complained',
    ];
    const recipients = states.map((state) => at(state, `${state}+x@example.com`));
    const place = { tenant: 'acme', environment: 'live', id: 'ep_1' } as const;
    const target = email.target(
      { kind: 'email', recipients },
      { method: 'POST', secret: 's', place },
    );
    expect(target.recipients.map(({ address }) => address)).toEqual(['confirmed+x@example.com']);
    expect(target).toMatchObject({
      url: 'mailto:confirmed%2Bx@example.com',
      purpose: 'unsubscribe',
    });
  });
});

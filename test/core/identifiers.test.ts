import { TypeID, typeid } from 'typeid-js';
import { describe, expect, it } from 'vitest';
import {
  createId,
  deliveryIdOf,
  firstIdAt,
  idempotencyKeyOf,
  isId,
  partsOfDeliveryId,
  shardOf,
  uuidOf,
} from '../../lambdas/core/identifiers.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('the TypeID specification', () => {
  // github.com/jetify-com/typeid, spec/valid.json
  it.each([
    ['evt_00000000000000000000000000', '00000000-0000-0000-0000-000000000000'],
    ['evt_7zzzzzzzzzzzzzzzzzzzzzzzzz', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ['evt_01h455vb4pex5vsknk084sn02q', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ])('says that %s is %s', (id, uuid) => {
    expect(isId('evt', id)).toBe(true);
    expect(uuidOf(id)).toBe(uuid);
  });

  it.each([
    'evt_00000000000000000000000001',
    'evt_0000000000000000000000000a',
    'evt_0000000000000000000000000g',
    'evt_00000000000000000000000010',
    'evt_0123456789abcdefghjkmnpqrs',
  ])('knows %s', (id) => {
    expect(isId('evt', id)).toBe(true);
  });

  it.each([
    ['another prefix', 'ep_01h455vb4pex5vsknk084sn02q'],
    ['no prefix', '01h455vb4pex5vsknk084sn02q'],
    ['upper case', 'evt_01H455VB4PEX5VSKNK084SN02Q'],
    ['a hyphen for the underscore', 'evt-01h455vb4pex5vsknk084sn02q'],
    ['more than 128 bits', 'evt_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['a letter that is not in the alphabet', 'evt_01h455vb4pex5vsknk084sn02u'],
    ['one character less', 'evt_01h455vb4pex5vsknk084sn02'],
    ['one character more', 'evt_01h455vb4pex5vsknk084sn02qq'],
    ['a line feed at the end', 'evt_01h455vb4pex5vsknk084sn02q\n'],
    ['nothing', ''],
  ])('is not met by %s', (_, id) => {
    expect(isId('evt', id)).toBe(false);
  });
});

describe('an id that is made', () => {
  it('is the TypeID of a UUIDv7 with the time and the random bytes', () => {
    // RFC 9562, appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F
    const id = createId('evt', 0x017f22e279b0, hex('0cc318c4dc0c0c07398f'));
    expect(uuidOf(id)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
    expect(TypeID.fromUUID('evt', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f').toString()).toBe(id);
  });

  it('has version 7 and the RFC 9562 variant whatever the random bytes are', () => {
    for (const random of [hex('00'.repeat(10)), hex('ff'.repeat(10))]) {
      expect(uuidOf(createId('ep', 1, random))).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  it('sorts by time', () => {
    const late = createId('evt', 1_700_000_000_001, hex('00'.repeat(10)));
    const early = createId('evt', 1_700_000_000_000, hex('ff'.repeat(10)));
    expect(early < late).toBe(true);
  });

  it('lies between the bounds of its moment', () => {
    const nowMs = 1_700_000_000_123;
    for (const random of [hex('00'.repeat(10)), hex('ff'.repeat(10))]) {
      const id = createId('evt', nowMs, random);
      expect(firstIdAt('evt', nowMs) <= id && id < firstIdAt('evt', nowMs + 1)).toBe(true);
    }
    expect(firstIdAt('evt', -5)).toBe('evt_00000000000000000000000000');
  });

  it('is one of those that typeid-js makes too', () => {
    expect(isId('evt', typeid('evt').toString())).toBe(true);
  });
});

describe('a delivery’s id', () => {
  const eventId = 'evt_01h455vb4pex5vsknk084sn02q';
  const endpointId = 'ep_01h2xcejqtf2nbrexx3vqjhp41';
  const id = 'dlv_01h455vb4pex5vsknk084sn02q01h2xcejqtf2nbrexx3vqjhp41';

  it('is made of its event’s and its endpoint’s', () => {
    expect(deliveryIdOf(eventId, endpointId)).toBe(id);
    expect(partsOfDeliveryId(id)).toEqual({ eventId, endpointId });
  });

  it.each([eventId, 'dlv_', id.slice(0, -1), `${id}0`, id.toUpperCase(), id.replace('dlv', 'del')])(
    'is not %s',
    (other) => {
      expect(partsOfDeliveryId(other)).toBeUndefined();
    },
  );

  it('gives an idempotency key of wh_ and 24 base-62 characters that never changes', () => {
    expect(idempotencyKeyOf(id)).toMatch(/^wh_[0-9A-Za-z]{24}$/);
    // Receivers keep these: a change here would make every retry in flight look new.
    expect(idempotencyKeyOf(id)).toBe('wh_b3SifutWEZZmbM82iGkld1BP');
    expect(idempotencyKeyOf(`${id.slice(0, -1)}0`)).not.toBe(idempotencyKeyOf(id));
  });
});

it('an id’s shard is one of the shards, and all shards are used', () => {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const shards = [...alphabet].map((last) => shardOf(`evt_01h455vb4pex5vsknk084sn02${last}`, 4));
  expect(new Set(shards)).toEqual(new Set([0, 1, 2, 3]));
  const sizes = [0, 1, 2, 3].map((shard) => shards.filter((one) => one === shard).length);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(6);
});

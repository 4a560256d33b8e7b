// Ids are TypeIDs: a prefix and a UUIDv7 in base 32, so that they sort by the time they were made.
// A delivery's id is made of its event's and its endpoint's, so it is found from either side.
import { createHash } from 'node:crypto';
import { TypeID } from 'typeid-js';

export type IdPrefix = 'evt' | 'ep' | 'key' | 'rpl' | 'ses' | 'sk' | 'tpl';

/** Length of a TypeID's suffix: 128 bits in base 32. */
const SUFFIX_LENGTH = 26;
const SUFFIX = /^[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$/;
const DELIVERY_PREFIX = 'dlv_';

/**
 * Makes a TypeID over a UUIDv7 (RFC 9562, section 5.7).
 * @param nowMs Unix time in milliseconds, which the id sorts by
 * @param random at least 10 random bytes
 */
export function createId<P extends IdPrefix>(
  prefix: P,
  nowMs: number,
  random: Uint8Array,
): `${P}_${string}` {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return TypeID.fromUUIDBytes(prefix, bytes).toString() as `${P}_${string}`; // typeid-js's own type is a conditional one
}

/** The smallest id of a moment: a bound for listings by time. */
export function firstIdAt(prefix: IdPrefix, atMs: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.max(0, atMs), 0, 6);
  return `${prefix}_${TypeID.fromUUIDBytes('', bytes).toString()}`;
}

export function isId(prefix: IdPrefix, value: string): boolean {
  return value.startsWith(`${prefix}_`) && SUFFIX.test(value.slice(prefix.length + 1));
}

/**
 * When an id was made, Unix milliseconds: the first 48 bits of its UUIDv7, which are the first ten
 * characters of its suffix. NaN if it is no id.
 */
export function createdAtMs(id: string): number {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const digits = [...suffixOf(id).slice(0, 10)].map((character) => alphabet.indexOf(character));
  if (digits.length < 10 || digits.includes(-1)) return Number.NaN;
  return digits.reduce((value, digit) => value * 32 + digit, 0);
}

/** The id's UUID in its canonical form, for contracts that show plain UUIDs. */
export function uuidOf(id: string): string {
  return TypeID.fromString(id).toUUID();
}

export function deliveryIdOf(eventId: string, endpointId: string): string {
  return `${DELIVERY_PREFIX}${suffixOf(eventId)}${suffixOf(endpointId)}`;
}

/** The two ids that a delivery's id is made of, or undefined if it is no delivery id. */
export function partsOfDeliveryId(id: string): { eventId: string; endpointId: string } | undefined {
  if (!id.startsWith(DELIVERY_PREFIX)) return undefined;
  const suffixes = id.slice(DELIVERY_PREFIX.length);
  const eventId = `evt_${suffixes.slice(0, SUFFIX_LENGTH)}`;
  const endpointId = `ep_${suffixes.slice(SUFFIX_LENGTH)}`;
  return isId('evt', eventId) && isId('ep', endpointId) ? { eventId, endpointId } : undefined;
}

/** The shard that an id falls into: its last character carries five random bits. */
export function shardOf(id: string, shards: number): number {
  return id.charCodeAt(id.length - 1) % shards;
}

/**
 * The delivery's idempotency key: `wh_` and 24 base-62 characters (142 bits), the same on every
 * attempt and every run because it is derived from the delivery's id alone.
 */
export function idempotencyKeyOf(deliveryId: string): string {
  return webhookToken(createHash('sha256').update(deliveryId).digest());
}

/** An endpoint's token: `wh_` and 24 base-62 characters. @param random 32 random bytes */
export function createToken(random: Uint8Array): string {
  return webhookToken(random);
}

/** A UUID of version 4 (RFC 9562, section 5.4). @param random at least 16 random bytes */
export function createUuid(random: Uint8Array): string {
  const bytes = Buffer.from(random.subarray(0, 16));
  bytes.writeUInt8(0x40 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const EIGHT_CHARACTERS = 62n ** 8n;

/** @param bytes 32 bytes, of which 142 bits are shown */
function webhookToken(bytes: Uint8Array): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let characters = '';
  // Eight characters at a time: they fit in a plain number, which divides faster than a BigInt.
  for (let part = 0; part < 3; part++) {
    let eight = Number(number % EIGHT_CHARACTERS);
    number /= EIGHT_CHARACTERS;
    for (let i = 0; i < 8; i++) {
      characters += alphabet.charAt(eight % 62);
      eight = Math.floor(eight / 62);
    }
  }
  return `wh_${characters}`;
}

function suffixOf(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

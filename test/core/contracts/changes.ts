// Changes to deliveries, one byte or one bit at a time, none of which may verify.
import fc from 'fast-check';
import { expect } from 'vitest';
import { withFlippedByte, withHeader } from './form.ts';
import type { Received } from './independent-verifiers.ts';

export const flip = fc.integer({ min: 1, max: 255 });
export const bit = fc.nat({ max: 7 });

/** Every byte of the body, one after the other by chance. */
export async function everyChangedByteFails(
  received: Received,
  verifies: (changed: Received) => boolean | Promise<boolean>,
): Promise<void> {
  expect(await verifies(received)).toBe(true);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: received.body.length - 1 }), flip, async (at, change) => {
      expect(await verifies(withFlippedByte(received, at, change))).toBe(false);
    }),
    { numRuns: 150 },
  );
}

/** Every bit of a signature, as it is once decoded. */
export async function everyChangedBitFails(
  received: Received,
  name: string,
  signature: Buffer,
  put: (changed: Buffer) => string,
  verifies: (changed: Received) => boolean | Promise<boolean>,
): Promise<void> {
  expect(await verifies(withHeader(received, name, put(signature)))).toBe(true);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: signature.length - 1 }), bit, async (at, place) => {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ (1 << place);
      expect(await verifies(withHeader(received, name, put(changed)))).toBe(false);
    }),
    { numRuns: 150 },
  );
}

// Event data as bytes: deflated where that pays.
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** JSON text for data that was removed or is sealed. */
export const NO_DATA = 'null';

/** Stored data with fewer bytes is not deflated: storage is billed by the KB. */
const DEFLATE_FROM_BYTES = 700;

/** The same for data in messages: ten such messages are still one request of 64 KB. */
export const DEFLATE_MESSAGE_FROM_BYTES = 4_096;

/** Setting zlib up takes longer than deflating a few KB, and most of that goes into its tables. */
const SMALL_BYTES = 4_096;

const FOR_SMALL = { level: 6, windowBits: 12, memLevel: 5, chunkSize: SMALL_BYTES };

/** Event data as bytes, deflated (RFC 1951) where that is shorter. */
export function packData(
  data: string,
  fromBytes = DEFLATE_FROM_BYTES,
): { readonly bytes: Buffer; readonly deflated: boolean } {
  const plain = Buffer.from(data, 'utf8');
  if (plain.length <= fromBytes) return { bytes: plain, deflated: false };
  const deflated = deflateRawSync(plain, plain.length <= SMALL_BYTES ? FOR_SMALL : { level: 6 });
  return deflated.length < plain.length
    ? { bytes: deflated, deflated: true }
    : { bytes: plain, deflated: false };
}

export function unpackData(bytes: Uint8Array, deflated: boolean): string {
  const plain = deflated ? inflateRawSync(bytes, inflating(bytes.length)) : bytes;
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8');
}

/** zlib allocates a chunk at a time: 16 KiB unless said. */
function inflating(bytes: number): { readonly chunkSize: number } {
  return { chunkSize: bytes <= SMALL_BYTES / 2 ? SMALL_BYTES : 16 * 1024 };
}

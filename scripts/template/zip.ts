// Zips a folder so that the same files make the same bytes: Lambda takes code as a zip, and Node.js writes none.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x800;
const DEFLATED = 8;
/** 1980-01-01, the earliest that the format knows: when a file was written is no part of it. */
const [TIME, DATE] = [0, 0x21];
const MADE_BY_UNIX = (3 << 8) | VERSION;
/** A file that all may read: the function is another user than who wrote it. */
const ATTRIBUTES = 0o100644 * 0x10000;

/** Little-endian fields, each with its size in bytes. */
function record(signature: number, fields: readonly (readonly [value: number, size: 2 | 4])[]) {
  const bytes = Buffer.alloc(4 + fields.reduce((sum, [, size]) => sum + size, 0));
  let offset = bytes.writeUInt32LE(signature);
  for (const [value, size] of fields) offset = bytes.writeUIntLE(value, offset, size);
  return bytes;
}

export function zipOf(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const contents: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(file.split(sep).join('/'));
    const content = readFileSync(join(folder, file));
    const packed = deflateRawSync(content, { level: 9 });
    const shared = [
      [VERSION, 2],
      [FLAGS, 2],
      [DEFLATED, 2],
      [TIME, 2],
      [DATE, 2],
      [crc32(content), 4],
      [packed.length, 4],
      [content.length, 4],
      [name.length, 2],
      [0, 2], // extra field
    ] as const;
    const header = record(0x04034b50, shared);
    const [comment, disk, textual] = [0, 0, 0];
    directory.push(
      record(0x02014b50, [
        [MADE_BY_UNIX, 2],
        ...shared,
        [comment, 2],
        [disk, 2],
        [textual, 2],
        [ATTRIBUTES, 4],
        [offset, 4],
      ]),
      name,
    );
    contents.push(header, name, packed);
    offset += header.length + name.length + packed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = record(0x06054b50, [
    [0, 2], // this disk
    [0, 2], // the directory's
    [files.length, 2],
    [files.length, 2],
    [size, 4],
    [offset, 4],
    [0, 2], // comment
  ]);
  return Buffer.concat([...contents, ...directory, end]);
}

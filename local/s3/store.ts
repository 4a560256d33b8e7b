// Objects as files, so that any tool may read the archive: each is there whole or not at all, however the process ends.
// fauxqs keeps objects too, but reads the facts of all of them when it starts, and one that was cut keeps it from that.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

const DRAFTS = '.drafts';

export class ObjectStore {
  readonly #folder: string;
  #drafts = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, DRAFTS), { recursive: true, mode: 0o700 });
  }

  put(bucket: string, key: string, body: Uint8Array): void {
    const file = this.#fileOf(bucket, key);
    const draft = join(this.#folder, DRAFTS, `${process.pid}-${this.#drafts++}`);
    writeFileSync(draft, body, { mode: 0o600 });
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    renameSync(draft, file);
  }

  get(bucket: string, key: string): Buffer | undefined {
    const file = this.#fileOf(bucket, key);
    return existsSync(file) ? readFileSync(file) : undefined;
  }

  /** In the order of their keys' bytes, as S3 lists them. */
  async list(bucket: string, prefix: string): Promise<ListedObject[]> {
    const root = join(this.#folder, bucket);
    // Whole folders of the prefix alone: a bucket holds many more.
    const under = join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1));
    const entries = await readdir(under, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, key: relative(root, file).split(sep).join('/') }))
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ file, key }) => ({ key, bytes: statSync(file).size }));
  }

  #fileOf(bucket: string, key: string): string {
    const parts = [bucket, ...key.split('/')];
    if (parts.some((part) => /^\.*$/.test(part))) throw new Error(`no file can be called ${key}`);
    return join(this.#folder, ...parts);
  }
}

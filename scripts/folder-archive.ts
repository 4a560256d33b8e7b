// An archive in a folder: each object is a file that is there whole, or not at all.
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Archive } from '../lambdas/core/analytics/archive.ts';

const UNFINISHED = '.unfinished';

export function createFolderArchive(folder: string): Archive {
  return {
    async put(key, body) {
      const file = join(folder, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file + UNFINISHED, body);
      await rename(file + UNFINISHED, file);
    },
    get: (key) => readFile(join(folder, key)),
    async list(prefix) {
      await mkdir(folder, { recursive: true });
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const keys = entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(UNFINISHED))
        .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
        .map((path) => path.replaceAll(sep, '/'))
        .filter((key) => key.startsWith(prefix))
        .sort();
      const sizes = keys.map(async (key) => (await stat(join(folder, key))).size);
      return (await Promise.all(sizes)).map((bytes, index) => ({ key: keys[index] ?? '', bytes }));
    },
  };
}

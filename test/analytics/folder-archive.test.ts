// The folder in which a refill keeps its place.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createFolderArchive } from '../../scripts/folder-archive.ts';
import { temporaryFolder } from '../local/emulators.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('lists whole objects by their prefix, in the order of their keys, and gives them back', async () => {
  const archive = createFolderArchive(join(folder.path, 'made'));
  expect(await archive.list('attempts/')).toEqual([]);
  for (const key of ['attempts/b/2', 'attempts/b/10', 'attempts/a/3', 'read/0']) {
    await archive.put(key, Buffer.from(key));
  }
  writeFileSync(join(folder.path, 'made', 'attempts', 'a', '4.unfinished'), 'cut');
  expect(await archive.list('attempts/')).toEqual([
    { key: 'attempts/a/3', bytes: 12 },
    { key: 'attempts/b/10', bytes: 13 },
    { key: 'attempts/b/2', bytes: 12 },
  ]);
  expect(await archive.list('attempts/b/1')).toEqual([{ key: 'attempts/b/10', bytes: 13 }]);
  await archive.put('read/0', Buffer.from('again'));
  expect(String(await archive.get('read/0'))).toBe('again');
});

import { expect, it } from 'vitest';
import { LANGUAGES } from '../../scripts/receivers/languages/all.ts';
import { filesOf, textThere } from '../../scripts/receivers/write.ts';
import { TOOLCHAINS } from './toolchains/all.ts';

it('has the servers of docs/receivers as scripts/receivers makes them: npm run receivers:write', () => {
  expect(textThere()).toEqual(filesOf());
});

it('runs the servers of every language', () => {
  expect(TOOLCHAINS.map(({ language }) => language.name)).toEqual(
    LANGUAGES.map(({ name }) => name),
  );
});

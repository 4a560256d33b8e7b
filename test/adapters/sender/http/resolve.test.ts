// The machine's list of hosts is read here, and the system is asked for few names at a time.
import { describe, expect, it } from 'vitest';
import { createResolve, parseHosts } from '../../../../lambdas/adapters/sender/http/resolve.ts';

const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code });
};
const resolver = (code: string) => ({ resolve4: failing(code), resolve6: failing(code) }) as never;

describe('names that DNS does not know', () => {
  it.each(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED'])('are asked of the system: %s', async (code) => {
    const resolve = createResolve(resolver(code), (async () => [{ address: '10.9.8.7' }]) as never);
    expect(await resolve('db.internal')).toEqual(['10.9.8.7']);
  });

  // Regression: names whose servers answered once held every thread for look-ups.
  it('are asked two at a time, and further ones fail at once', async () => {
    const open: (() => void)[] = [];
    let asked = 0;
    const system = async () => {
      asked++;
      await new Promise<void>((resolve) => open.push(resolve));
      return [{ address: '10.9.8.7' }];
    };
    const resolve = createResolve(resolver('ENODATA'), system as never);
    const all = ['a', 'b', 'c', 'd'].map((name) => resolve(`${name}.attacker.example`));
    const settled = Promise.allSettled(all);
    await expect(all[2]).rejects.toMatchObject({ code: 'EAGAIN' });
    await expect(all[3]).rejects.toMatchObject({ code: 'EAGAIN' });
    for (const answer of open) answer();
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(asked).toBe(2);
    // And the places are free again.
    const again = resolve('e.attacker.example');
    await new Promise(setImmediate);
    open.at(-1)?.();
    expect(await again).toEqual(['10.9.8.7']);
  });

  it.each(['ETIMEOUT', 'ESERVFAIL', 'EREFUSED'])(
    'and names whose servers fail are not: %s',
    async (code) => {
      const resolve = createResolve(resolver(code), failing('asked') as never);
      await expect(resolve('a.example')).rejects.toMatchObject({ code });
    },
  );
});

it('reads a list of hosts: addresses, names, comments and blanks of any kind', () => {
  const file =
    '# all\n127.0.0.1\tlocalhost  Box # mine\n::1 localhost\n\n  10.0.0.7 db.internal\nno address\n1.2.3 x\n';
  expect(parseHosts(file)).toEqual(
    new Map([
      ['localhost', ['127.0.0.1', '::1']],
      ['box', ['127.0.0.1']],
      ['db.internal', ['10.0.0.7']],
    ]),
  );
});

// The construct as others have it: installed from its tarball with npm, in the example, deployed with the example's stack.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from '../../scripts/npm.ts';
import type { Deployed } from '../acceptance/deployed-target.ts';
import { compile, exampleIn, packedInto, run } from '../package/consumer.ts';
import { leaveOutWhatIsUnknown, type StackTools } from './stack.ts';

/** @returns the example's assembly, in `workDir` */
export function synthesizedExample(workDir: string): string {
  // Outside of the repository, so that nothing of it is found.
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-installed-'));
  try {
    const app = exampleIn(folder);
    npm(['install', '--no-audit', '--no-fund', packedInto(folder)], app);
    const faults = compile(app);
    if (faults !== '') throw new Error(`the example does not compile:\n${faults}`);
    const assembly = join(workDir, 'example');
    run(app, [join('build', 'app.js')], assembly);
    leaveOutWhatIsUnknown(join(assembly, 'Shop.template.json'));
    cpSync(join(app, 'producer'), join(workDir, 'producer'), { recursive: true });
    return assembly;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function deployExample(stack: StackTools, assembly: string): Promise<Deployed> {
  await stack.bootstrap(assembly);
  return stack.deploy(assembly);
}

/** The example's producer, as Lambda would run it: the emulator has no SDK for functions that bring none. */
export async function produceOnce(deployed: Deployed, workDir: string): Promise<void> {
  const { awsUrl, operatorKey, operatorSecret, url } = deployed;
  const tenant = 'example';
  const made = await fetch(`${url}/v1/tenants/${tenant}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
    body: '{"name":"Example"}',
  });
  if (!made.ok) throw new Error(`the tenant was not made: ${made.status}`);
  const program = `
    const { handler } = await import(${JSON.stringify(join(workDir, 'producer', 'index.mjs'))});
    const { id } = await handler({ tenant: '${tenant}', order: { id: 'o-1' } });
    if (!id.startsWith('evt_')) throw new Error(id);`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      AWS_ENDPOINT_URL: awsUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      POSTHORN_URL: `${url}/`,
      POSTHORN_KEY_SECRET: operatorSecret,
    },
  });
}

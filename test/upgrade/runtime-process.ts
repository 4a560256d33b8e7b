// The embedded runtime as a child process that says where its emulators are: the test loads them with what
// was recorded. Its clock is that of `--import`: see recorded-service.ts.
import { startRuntime } from '../../local/runtime.ts';

const [dataDir = '', operatorKey = ''] = process.argv.slice(2);
const runtime = await startRuntime({ dataDir, operatorKey, receiver: false, quiet: true });
const env: Record<string, string> = {};
for (const { definition } of runtime.functions.values()) Object.assign(env, definition.env);
process.send?.({ url: runtime.url, aws: runtime.aws, env });
process.once('SIGTERM', async () => {
  await runtime.stop();
  process.exit(0);
});

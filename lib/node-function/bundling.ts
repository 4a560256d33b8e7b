// How esbuild makes our bundles, whether CDK runs it or lib/node-function/on-demand.ts does.
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** Takes the place of the SDK's chain of credential providers. */
export const CREDENTIALS = fileURLToPath(
  new URL('../../lambdas/adapters/aws/credentials.ts', import.meta.url),
);
export const TARGET = 'node24';
export const MAIN_FIELDS = ['module', 'main'];
/** Some dependencies are CommonJS and call require for what Node.js has built in. */
export const BANNER =
  "import{createRequire as posthornRequire}from'node:module';const require=posthornRequire(import.meta.url);";

export const BUNDLING = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: TARGET,
  minify: true,
  mainFields: MAIN_FIELDS,
  alias: { '@aws-sdk/credential-provider-node': CREDENTIALS },
  banner: { js: BANNER },
  logLevel: 'warning',
} satisfies BuildOptions;

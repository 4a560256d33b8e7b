// A CDK cloud assembly on disk: its one stack, and where the bundles of its functions are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Template } from './stack.ts';

const manifestShape = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z
        .object({ templateFile: z.string().optional(), stackName: z.string().optional() })
        .default({}),
    }),
  ),
});
const assetsShape = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string().optional() }) })),
});

export class Assembly {
  readonly stackName: string;
  readonly template: Template;
  readonly #folder: string;
  readonly #assets: z.infer<typeof assetsShape>['files'];

  constructor(folder: string) {
    this.#folder = folder;
    const manifest = manifestShape.parse(this.#read('manifest.json'));
    const stacks = Object.entries(manifest.artifacts).filter(
      ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
    );
    const [stack] = stacks;
    if (stack === undefined || stacks.length > 1) {
      throw new Error(`the CDK app has ${stacks.length} stacks; the embedded runtime runs one`);
    }
    const [id, { properties }] = stack;
    this.stackName = properties.stackName ?? id;
    this.template = this.#read(properties.templateFile ?? `${id}.template.json`);
    this.#assets = assetsShape.parse(this.#read(`${id}.assets.json`)).files;
  }

  /** The folder behind `Code.S3Key`, which is the asset's hash and an extension. */
  assetFolder(s3Key: string): string {
    const path = this.#assets[s3Key.replace(/\.zip$/, '')]?.source.path;
    if (path === undefined) throw new Error(`no asset is called ${s3Key}`);
    return join(this.#folder, path);
  }

  #read(file: string) {
    return JSON.parse(readFileSync(join(this.#folder, file), 'utf8'));
  }
}

// The emulators of SQS and DynamoDB in a process each, as AWS's services are: what they are at then delays nothing else
// but by the cores that they share.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Caller, Credentials } from '../../local/gate/gatekeeper.ts';
import type { Runtime, RuntimeOptions } from '../../local/runtime.ts';
import { synthesize } from '../../local/stack/synthesis.ts';

export type AdmittedCaller = Caller & Credentials;

export type ToEmulator =
  /** Of the runtime that was started meanwhile. */
  | { readonly ask: 'open'; readonly assemblyDir: string; readonly callers: AdmittedCaller[] }
  | { readonly ask: 'settle'; readonly number: number; readonly result: string }
  | { readonly ask: 'fail'; readonly number: number; readonly message: string };
export type FromEmulator =
  | { readonly tell: 'ready'; readonly url: string }
  | { readonly tell: 'open' }
  /** Of a function's instance for itself, if `lane` names it. */
  | {
      readonly tell: 'invoke';
      readonly number: number;
      readonly name: string;
      readonly lane: string | undefined;
      readonly event: string;
    };

export interface Apart {
  /** How to start the runtime beside them. */
  readonly options: Pick<RuntimeOptions, 'assemblyDir' | 'between'>;
  /** From now on they serve the runtime. */
  open(runtime: Runtime): Promise<void>;
  close(): void;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function startApart(settings: RuntimeOptions['settings']): Promise<Apart> {
  const assemblyDir = await synthesize(ROOT, () => undefined, settings);
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-apart-'));
  const start = (file: string) =>
    fork(new URL(file, import.meta.url), [join(folder, file)], { serialization: 'advanced' });
  const [sqs, dynamoDb] = [start('./sqs.ts'), start('./dynamodb.ts')];
  const [sqsUrl, dynamoDbUrl] = await Promise.all([urlOf(sqs), urlOf(dynamoDb)]);
  return {
    options: {
      assemblyDir,
      between: async (emulators) => ({ ...emulators, sqs: sqsUrl, dynamoDb: dynamoDbUrl }),
    },
    async open({ functions }) {
      const callers = [...functions.values()].map(({ definition: { name, roleName, env } }) => ({
        functionName: name,
        roleName,
        accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      }));
      for (const child of [sqs, dynamoDb]) {
        child.on('message', (message: FromEmulator) => {
          if (message.tell === 'invoke') void invoke(child, functions, message);
        });
        const opened = told(child, 'open');
        child.send({ ask: 'open', assemblyDir, callers } satisfies ToEmulator);
        await opened;
      }
    },
    close() {
      for (const child of [sqs, dynamoDb]) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function invoke(
  child: ChildProcess,
  functions: Runtime['functions'],
  { number, name, lane, event }: Extract<FromEmulator, { tell: 'invoke' }>,
): Promise<void> {
  const answer = (message: ToEmulator): void => {
    // Invocations that are under way when all of this is stopped have nobody to answer.
    if (child.connected) child.send(message, () => undefined);
  };
  try {
    const host = functions.get(name);
    const instance = lane === undefined ? host : host?.lane(lane);
    answer({ ask: 'settle', number, result: (await instance?.invoke(event)) ?? '' });
  } catch (error) {
    answer({ ask: 'fail', number, message: String(error) });
  }
}

async function urlOf(child: ChildProcess): Promise<string> {
  return (await told(child, 'ready')).url;
}

function told<T extends FromEmulator['tell']>(
  child: ChildProcess,
  what: T,
): Promise<Extract<FromEmulator, { tell: T }>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`an emulator ended with ${code}`)));
    child.on('message', function take(message: FromEmulator) {
      if (message.tell !== what) return;
      child.off('message', take);
      // Only the emulators write to this channel.
      resolve(message as Extract<FromEmulator, { tell: T }>);
    });
  });
}

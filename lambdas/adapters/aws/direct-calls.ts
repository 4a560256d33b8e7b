// The calls that every delivery makes, in a third of the SDK's CPU time: JSON out, a signature, JSON in. Whatever is not
// answered with 200 is handed over to the SDK, which is loaded only then: its retries, its errors and all the rest are
// its own. Calls are most of what a delivery costs, and the SDK was half of what a cold start took.
import { Recent } from '../../core/recent.ts';
import { Env } from '../../environment.ts';
import { log } from '../log.ts';
import { variable } from '../surroundings.ts';
import { defaultProvider } from './credentials.ts';
import { postToAws } from './requests.ts';
import { createCallSigner } from './signature.ts';

export interface Operation<Input extends object, Output extends object> {
  readonly input: Input;
  /** Without the SDK's metadata of the call. */
  readonly output: Omit<Output, '$metadata'>;
}
export type Operations<O> = { readonly [Name in keyof O]: Operation<object, object> };

/** A service's operations by their names. */
export interface Calls<O extends Operations<O>> {
  /** @throws errors of the SDK, and those of `errorOf` */
  call<Name extends keyof O & string>(
    operation: Name,
    input: O[Name]['input'],
    signal?: AbortSignal,
  ): Promise<O[Name]['output']>;
}

interface DirectService<O extends Operations<O>> {
  /** The service's name in signatures and host names. */
  readonly name: 'dynamodb' | 'sqs' | 'secretsmanager';
  /** Its name in the SDK's variable for another endpoint: `AWS_ENDPOINT_URL_<...>`. */
  readonly variableName: string;
  /** `X-Amz-Target` is `<prefix>.<operation>`. */
  readonly targetPrefix: string;
  /** Version of the AWS JSON protocol. */
  readonly jsonVersion: '1.0' | '1.1';
  /** An operation's input as the service's JSON. */
  readonly encode: (input: object) => string;
  /** The operation's output from the service's JSON. */
  readonly decode: (json: string) => object;
  /** The error of this name, if callers expect it: it is thrown at once, and the SDK does not call again. */
  readonly errorOf?: (name: string, message: string) => Error | undefined;
  /** The origin that a call goes to, where it depends on the input: a queue has its own URL. */
  readonly originIn?: (input: object) => string;
  readonly loadSdk: () => Promise<Calls<O>>;
}

/** The SDK's variables that lead it to other hosts: https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html */
const ELSEWHERE = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'];

const BROKEN = ['ECONNRESET', 'EPIPE'];

/** Calls by cause within a minute: a storm of refusals is a few lines a minute for each cause. */
const handedOver = new Recent<{ calls: number }>({ maxEntries: 100, keptMs: 60_000 });

export function createDirectCalls<O extends Operations<O>>(service: DirectService<O>): Calls<O> {
  const origin = service.originIn ? '' : originOf(service);
  // Every call, and not the second try alone.
  const isForSdk = ELSEWHERE.some((name) => process.env[name] === 'true');
  const contentType = `application/x-amz-json-${service.jsonVersion}`;
  let sdk: Promise<Calls<O>> | undefined;
  let sign: ReturnType<typeof createCallSigner> | undefined;

  /** @throws why the SDK is to make the call */
  async function attempt(operation: string, input: object, signal?: AbortSignal): Promise<object> {
    // A function's credentials stay the same as long as it lives.
    sign ??= createCallSigner(service.name, variable('AWS_REGION'), await defaultProvider()());
    const body = service.encode(input);
    const to = service.originIn?.(input) ?? origin;
    const headers = sign({
      host: to.slice(to.indexOf('//') + 2),
      target: `${service.targetPrefix}.${operation}`,
      contentType,
      body,
      nowMs: Date.now(),
    });
    // X-Ray's trace id, which the SDK passes on as well.
    const trace = process.env._X_AMZN_TRACE_ID;
    if (trace) headers.push('x-amzn-trace-id', trace);
    const post = { origin: to, headers, body, signal };
    const answer = await postToAws(post).catch((error: unknown) => {
      // Connections may have been closed while the function was frozen: the next one is new.
      if (isBrokenConnection(error)) return postToAws(post);
      throw error;
    });
    if (answer.status === 200) return service.decode(answer.body);
    const { name, message } = errorIn(answer.body);
    const known = service.errorOf?.(name, message);
    if (known) return known;
    throw new Error(`${answer.status} ${name}`.trim());
  }

  function recordHandover(operation: string, fault: unknown): void {
    const cause = causeOf(fault);
    const key = `${service.name} ${operation} ${cause}`;
    const nowMs = Date.now();
    const counted = handedOver.get(key, nowMs) ?? { calls: 0 };
    if (counted.calls === 0) handedOver.set(key, counted, nowMs);
    const calls = ++counted.calls;
    // The first, the tenth, the hundredth: the last line tells how many digits the count has.
    if (!/^10*$/.test(String(calls))) return;
    log.warn('calls handed over to the SDK', { service: service.name, operation, cause, calls });
  }

  return {
    async call(operation, input, signal) {
      const answer = isForSdk
        ? undefined
        : await attempt(operation, input, signal).catch((fault: unknown) => {
            signal?.throwIfAborted();
            recordHandover(operation, fault);
          });
      if (answer instanceof Error) throw answer;
      // What the service answers has the operation's form.
      if (answer) return answer as never;
      sdk ??= service.loadSdk().catch((error: unknown) => {
        sdk = undefined;
        throw error;
      });
      return (await sdk).call(operation, input, signal);
    },
  };
}

/** AWS's endpoint, or the one that the SDK's variables name. */
function originOf({ name, variableName }: Pick<DirectService<never>, 'name' | 'variableName'>) {
  const given = process.env[`AWS_ENDPOINT_URL_${variableName}`] || process.env.AWS_ENDPOINT_URL;
  return given
    ? new URL(given).origin
    : `https://${name}.${variable('AWS_REGION')}.${variable(Env.urlSuffix)}`;
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && BROKEN.includes(String(error.code));
}

function errorIn(body: string): { readonly name: string; readonly message: string } {
  try {
    const { __type = '', message = '' } = JSON.parse(body);
    return { name: String(__type).replace(/^.*#/, ''), message: String(message) };
  } catch {
    return { name: '', message: '' };
  }
}

function causeOf(fault: unknown): string {
  // The parser's own message would quote the answer.
  if (fault instanceof SyntaxError) return 'an answer that is no JSON';
  if (!(fault instanceof Error)) return String(fault);
  return 'code' in fault ? String(fault.code) : fault.message;
}

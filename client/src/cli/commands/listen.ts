import { hostname } from 'node:os';
import { NotFoundError, PermissionError } from '../../errors.ts';
import { JsonText } from '../../json-text.ts';
import type { Posthorn } from '../../posthorn.ts';
import type { FeedEvent } from '../../resources/endpoints.ts';
import { type Command, type CommandCall, UsageError } from '../command.ts';
import { forward, newSessionSecret } from '../forward.ts';

/** Nothing is sent there: the endpoint is paused, and only its feed is read. RFC 2606 keeps the name free. */
const NOWHERE = 'https://posthorn-listen.example.com/';

export const LISTEN_COMMANDS: readonly Command[] = [
  {
    name: 'listen',
    summary: 'show new events, and forward them to a local address',
    options: {
      forward: { type: 'string', value: 'URL', help: 'such as http://localhost:3000/hook' },
      endpoint: {
        type: 'string',
        value: 'ID',
        help: 'an endpoint with polling (a temporary one)',
      },
      'event-type': {
        type: 'string',
        multiple: true,
        value: 'PATTERN',
        help: 'event types of the temporary endpoint (all)',
      },
      secret: {
        type: 'string',
        value: 'TEXT',
        help: 'signs forwarded events (the endpoint’s)',
      },
      after: { type: 'string', value: 'CURSOR', help: 'continue after this cursor of the feed' },
      count: { type: 'string', value: 'N', help: 'stop after this many events' },
    },
    run: listen,
  },
];

async function listen(call: CommandCall): Promise<void> {
  const { posthorn, options, out } = call;
  const to = options.text('forward');
  if (to !== undefined && !(/^https?:\/\//.test(to) && URL.canParse(to))) {
    throw new UsageError(`--forward ${to}: must be an http:// or https:// address`);
  }
  const given = options.text('endpoint');
  if (given === undefined) await removeLeftOnes(call);
  const endpoint = given ?? (await makeEndpoint(call));
  try {
    const secret = options.text('secret') ?? (await secretOf(posthorn, endpoint));
    out.note(
      `listening at ${endpoint}${to === undefined ? '' : `, forwarding to ${to}`}; press Ctrl-C to stop`,
    );
    if (to !== undefined)
      out.note(`forwarded events follow Standard Webhooks, signed with ${secret}`);
    out.note('events appear some seconds after they were sent: see "Polling" in the docs');
    await follow(call, endpoint, secret, to);
  } finally {
    if (given === undefined) await removeEndpoint(call, endpoint);
  }
}

/** Says whose the endpoint is: one that a killed process left is found by it. */
const descriptionOf = (pid: number) =>
  `posthorn listen on ${hostname().slice(0, 64)}, process ${pid}: deleted when it ends`;

/** What ended without being able to clean up: by SIGKILL, or while the service was away. */
async function removeLeftOnes(call: CommandCall): Promise<void> {
  const others: string[] = [];
  try {
    for await (const { id, url, description } of call.posthorn.endpoints.list({ limit: 100 })) {
      if (url !== NOWHERE || !description.startsWith('posthorn listen')) continue;
      const pid = Number(/process (\d+)/.exec(description)?.[1]);
      if (description !== descriptionOf(pid)) others.push(id);
      else if (!isRunning(pid)) await removeEndpoint(call, id);
    }
  } catch (error) {
    // The key may not list them: then they are somebody else's to find.
    if (!(error instanceof PermissionError)) throw error;
  }
  if (others.length > 0) {
    call.out.note(
      `posthorn listen runs elsewhere, or left its endpoint behind: ${others.join(', ')}`,
    );
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Does not hide why the command ends. */
async function removeEndpoint({ posthorn, out }: CommandCall, id: string): Promise<void> {
  try {
    await posthorn.endpoints.delete(id);
  } catch (error) {
    if (error instanceof NotFoundError) return;
    const reason = error instanceof Error ? error.message : String(error);
    out.warn(`${id} could not be deleted: the next posthorn listen here deletes it. ${reason}`);
  }
}

async function makeEndpoint(call: CommandCall): Promise<string> {
  const { posthorn, options } = call;
  const { id } = await posthorn.endpoints.create({
    url: NOWHERE,
    polling: true,
    eventTypes: options.texts('event-type') ?? [],
    description: descriptionOf(process.pid),
  });
  try {
    await posthorn.endpoints.pause(id);
  } catch (error) {
    await removeEndpoint(call, id);
    throw error;
  }
  return id;
}

/** The endpoint's, so that the local receiver checks as it will in earnest; else one of this session. */
async function secretOf(posthorn: Posthorn, endpoint: string): Promise<string> {
  try {
    const { secret } = await posthorn.endpoints.secret(endpoint);
    // Of an asymmetric one only the public half is ever shown.
    return secret.startsWith('whpk_') ? newSessionSecret() : secret;
  } catch (error) {
    if (error instanceof PermissionError) return newSessionSecret();
    throw error;
  }
}

async function follow(
  { posthorn, options, out, signal }: CommandCall,
  endpoint: string,
  secret: string,
  to: string | undefined,
): Promise<void> {
  const most = options.count('count') ?? Number.POSITIVE_INFINITY;
  const after = options.text('after');
  const isGiven = options.text('endpoint') !== undefined;
  const since = after === undefined && isGiven ? await timeThere(posthorn) : undefined;
  let shown = 0;
  let isLost = false;
  for await (const page of posthorn.endpoints.feed(endpoint, {
    after,
    since,
    signal,
    intervalMs: 1_000,
    onInterruption({ message }) {
      isLost = true;
      out.warn(`connection lost, trying again: ${message}`);
    },
  })) {
    if (isLost) out.warn('connected again');
    isLost = false;
    for (const event of page.events) {
      const result = to === undefined ? undefined : await forward(event, to, secret, signal);
      const exact = { ...event, data: new JsonText(event.dataText) };
      out.entry(
        { event: exact, ...(result && { forwarded: result }) },
        lineOf(event, result?.words),
      );
      if (++shown >= most) return;
    }
  }
}

/** The service's time: this machine's clock may be another. */
async function timeThere(posthorn: Posthorn): Promise<string> {
  const { response } = await posthorn.api.GET('/health');
  return new Date(response.headers.get('date') ?? Date.now()).toISOString();
}

function lineOf({ type, id, dataText }: FeedEvent, words: string | undefined): string {
  const size = `${Buffer.byteLength(dataText)} bytes of data`;
  return `${type} ${id}, ${size}${words === undefined ? '' : ` → ${words}`}`;
}

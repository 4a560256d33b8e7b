import { PermissionError } from '../../errors.ts';
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
  if (to !== undefined && !/^https?:\/\//.test(to)) {
    throw new UsageError(`--forward ${to}: must be an http:// or https:// address`);
  }
  const given = options.text('endpoint');
  const endpoint = given ?? (await makeEndpoint(posthorn, options.texts('event-type')));
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
    if (given === undefined) await posthorn.endpoints.delete(endpoint);
  }
}

async function makeEndpoint(
  posthorn: Posthorn,
  eventTypes: readonly string[] = [],
): Promise<string> {
  const { id } = await posthorn.endpoints.create({
    url: NOWHERE,
    polling: true,
    eventTypes: [...eventTypes],
    description: 'posthorn listen: deleted when it ends',
  });
  try {
    await posthorn.endpoints.pause(id);
  } catch (error) {
    await posthorn.endpoints.delete(id);
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
  for await (const page of posthorn.endpoints.feed(endpoint, {
    after,
    since,
    signal,
    intervalMs: 1_000,
  })) {
    for (const event of page.events) {
      const result = to === undefined ? undefined : await forward(event, to, secret, signal);
      out.entry({ event, ...(result && { forwarded: result }) }, lineOf(event, result?.words));
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

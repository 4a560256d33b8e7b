// What is asked of SES for a mail, and what its answers are as outcomes. SES itself is a function here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MailProgress } from '../../../../lambdas/adapters/ledger/mails/progress.ts';
import {
  createEmailSender,
  type MailPorts,
  type MailRequest,
} from '../../../../lambdas/adapters/sender/email/sender.ts';
import { email } from '../../../../lambdas/core/destinations/email/email.ts';
import { isFinalFailure, outcomeName } from '../../../../lambdas/core/retries/outcome.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../../../core/contracts/form.ts';

const NOW_MS = 1_767_225_600_000;
const surroundings = { now: () => NOW_MS, random: () => new Uint8Array(), sleep: async () => {} };
const settings = {
  identityArn: 'arn:aws:ses:eu-central-1:123456789012:identity/acme.io',
  from: 'hooks@acme.io',
  fromName: 'Acme Köln',
  replyTo: 'help@acme.io',
};
const place = {
  tenant: 'acme',
  environment: 'live',
  id: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm',
} as const;

function sesError(name: string, status: number): Error {
  return Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });
}

function progressInMemory(): MailProgress & { readonly kept: Map<string, readonly string[]> } {
  const kept = new Map<string, readonly string[]>();
  return {
    kept,
    read: async (_, key) => new Set(kept.get(key) ?? []),
    write: async (_, key, addresses) => void kept.set(key, addresses),
    isDone: (done, address) => done.has(address),
  };
}

/** @param answer gives the message's id, or throws what SES answers */
function world(answer: (address: string) => string = () => 'm-1') {
  const inputs: Parameters<MailPorts['sendEmail']>[0][] = [];
  const progress = progressInMemory();
  const sender = createEmailSender({}, surroundings, {
    settings,
    apiUrl: 'https://hooks.acme.io',
    configurationSet: 'Posthorn-Set',
    progress,
    sendEmail: async (input) => {
      inputs.push(input);
      return answer(input.Destination?.ToAddresses?.[0] ?? '');
    },
  });
  return {
    inputs,
    progress,
    send: async (request: MailRequest) => (await sender.send(request)).outcome,
  };
}

async function aRequest(...addresses: string[]): Promise<MailRequest> {
  const { body, rawHeaders } = await form('email', {
    event: anEvent({
      type: 'identity_document.approved',
      subject: 'ses_42',
      data: '{"person":{"name":"Zoë <b>O’Neil</b>"},"risk":12345678901234567890.50}',
    }),
    options: { fields: ['data.person.name', 'data.risk'] },
    facts: { portal: 'https://app.acme.io/webhooks' },
  });
  const recipients = addresses.map(
    (address) => ({ address, state: 'confirmed', sinceMs: 1 }) as const,
  );
  const opened = { method: 'POST', secret: 'the-secret', place };
  const target = email.target({ kind: 'email', recipients }, opened);
  return { ...target, headers: rawHeaders, body, timeoutMs: 10_000 };
}

describe('a mail', () => {
  it('is as recorded: text and HTML, a link to leave, and no data that was not chosen', async () => {
    const { inputs, send } = world();
    expect(await send(await aRequest('zoe@example.com'))).toEqual({
      kind: 'response',
      response: { status: 200, headers: {}, body: '{"messageId":"m-1"}' },
    });
    const file = new URL('recorded/mail.json', import.meta.url);
    expect(inputs).toEqual([JSON.parse(readFileSync(file, 'utf8'))]);
  });

  it('goes to each recipient by itself, with a link of its own', async () => {
    const { inputs, send, progress } = world();
    await send(await aRequest('zoe@example.com', 'kim@example.com'));
    expect(inputs.map(({ Destination }) => Destination)).toEqual([
      { ToAddresses: ['zoe@example.com'] },
      { ToAddresses: ['kim@example.com'] },
    ]);
    const links = inputs.map(({ Content }) => Content?.Simple?.Headers?.[0]?.Value);
    expect(new Set(links).size).toBe(2);
    expect(progress.kept.size).toBe(0);
  });

  it('has a sender’s name of any letters, in words of RFC 2047', async () => {
    const fromName = '漢'.repeat(40);
    const from: (string | undefined)[] = [];
    const sender = createEmailSender({}, surroundings, {
      settings: { ...settings, fromName },
      apiUrl: 'https://hooks.acme.io',
      configurationSet: 'set',
      progress: progressInMemory(),
      sendEmail: async (input) => {
        from.push(input.FromEmailAddress);
        return 'm';
      },
    });
    await sender.send(await aRequest('zoe@example.com'));
    const [name = '', address] = from[0]?.split(/ (?=<)/) ?? [];
    expect(address).toBe('<hooks@acme.io>');
    const words = name.split(' ');
    for (const word of words) expect(word).toMatch(/^=\?UTF-8\?B\?[A-Za-z0-9+/=]{4,63}\?=$/);
    const decoded = words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString());
    expect(decoded.join('')).toBe(fromName);
  });

  it('to nobody ends the delivery for good', async () => {
    const { inputs, send } = world();
    const outcome = await send(await aRequest());
    expect([outcomeName(outcome), isFinalFailure(outcome), inputs]).toEqual([
      'undeliverable',
      true,
      [],
    ]);
  });

  it('is not sent where the stack is not set up for it', async () => {
    const sender = createEmailSender({}, surroundings, undefined);
    const { outcome } = await sender.send(await aRequest('zoe@example.com'));
    expect(outcomeName(outcome)).toBe('blocked_address');
  });
});

describe('what SES answers', () => {
  it.each([
    ['TooManyRequestsException', 429, 'http_429', false],
    ['LimitExceededException', 400, 'http_429', false],
    ['SendingPausedException', 400, 'http_503', false],
    ['AccountSuspendedException', 400, 'http_503', false],
    ['MailFromDomainNotVerifiedException', 400, 'http_503', false],
    ['MessageRejected', 400, 'undeliverable', true],
    ['NotFoundException', 404, 'http_404', false],
    ['AccessDeniedException', 403, 'http_403', false],
    ['InternalFailure', 500, 'http_500', false],
  ])('%s is as any receiver’s', async (name, status, expected, isFinal) => {
    const { send } = world(() => {
      throw sesError(name, status);
    });
    const outcome = await send(await aRequest('zoe@example.com'));
    expect([outcomeName(outcome), isFinalFailure(outcome)]).toEqual([expected, isFinal]);
  });

  it('a sender that is not verified, or no more, is no fault of the mail', async () => {
    const { send } = world(() => {
      const message = 'Email address is not verified. The following identities failed the check';
      throw Object.assign(sesError('MessageRejected', 400), { message });
    });
    expect(outcomeName(await send(await aRequest('zoe@example.com')))).toBe('http_503');
  });

  it.each([
    ['ECONNREFUSED', 'connection_refused'],
    ['ENOTFOUND', 'dns'],
    ['ETIMEDOUT', 'timeout_connect'],
    ['ECONNRESET', 'connection_reset'],
  ])('%s is a failure of the network', async (code, expected) => {
    const { send } = world(() => {
      throw Object.assign(new Error('no'), { code });
    });
    expect(outcomeName(await send(await aRequest('zoe@example.com')))).toBe(expected);
  });

  it('nothing in time is a timeout', async () => {
    const sender = createEmailSender({}, surroundings, {
      settings,
      apiUrl: 'https://hooks.acme.io',
      configurationSet: 'set',
      progress: progressInMemory(),
      sendEmail: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    const request = { ...(await aRequest('zoe@example.com')), timeoutMs: 20 };
    expect(outcomeName((await sender.send(request)).outcome)).toBe('timeout_response');
  });
});

describe('of several recipients', () => {
  const ALL = ['zoe@example.com', 'kim@example.com', 'lee@example.com'];

  it('those who have their mail get no second one because another’s was throttled', async () => {
    let throttled = ['kim@example.com'];
    const { inputs, progress, send } = world((address) => {
      if (throttled.includes(address)) throw sesError('TooManyRequestsException', 429);
      return 'm';
    });
    const request = await aRequest(...ALL);
    const addressed = () =>
      inputs.splice(0).map(({ Destination }) => Destination?.ToAddresses?.[0]);
    expect(outcomeName(await send(request))).toBe('http_429');
    expect(addressed()).toEqual(ALL);
    expect(outcomeName(await send(request))).toBe('http_429');
    expect(addressed()).toEqual(['kim@example.com']);
    throttled = [];
    expect(outcomeName(await send(request))).toBe('http_200');
    expect(addressed()).toEqual(['kim@example.com']);
    // A run that is begun anew by hand sends to all.
    expect([...progress.kept.values()]).toEqual([[]]);
    expect(outcomeName(await send(request))).toBe('http_200');
    expect(addressed()).toEqual(ALL);
  });

  it('one who is refused keeps nobody from theirs, and alone ends it', async () => {
    const refused = new Set(['zoe@example.com']);
    const { send } = world((address) => {
      if (refused.has(address)) throw sesError('MessageRejected', 400);
      return 'm';
    });
    expect(outcomeName(await send(await aRequest(...ALL)))).toBe('http_200');
    // Nobody has a mail yet: what is refused at last ends it.
    for (const address of ALL) refused.add(address);
    expect(outcomeName(await send(await aRequest(...ALL)))).toBe('undeliverable');
  });

  it('a mail is delivered if somebody has it, and says how many were refused', async () => {
    let isThrottled = true;
    const { send } = world((address) => {
      if (address === 'zoe@example.com') throw sesError('MessageRejected', 400);
      if (isThrottled) throw sesError('TooManyRequestsException', 429);
      throw sesError('MessageRejected', 400);
    });
    const request = await aRequest('zoe@example.com', 'kim@example.com');
    expect(outcomeName(await send(request))).toBe('http_429');
    isThrottled = false;
    expect(outcomeName(await send(request))).toBe('undeliverable');
    const one = world((address) => {
      if (address === 'zoe@example.com') throw sesError('MessageRejected', 400);
      return 'm';
    });
    const outcome = await one.send(request);
    expect(outcome).toMatchObject({ response: { status: 200, body: '{"sent":1,"refused":1}' } });
  });

  it('who has a mail gets no second one, though all others have left meanwhile', async () => {
    const { inputs, send } = world((address) => {
      if (address === 'kim@example.com') throw sesError('TooManyRequestsException', 429);
      return 'm';
    });
    const both = await aRequest('zoe@example.com', 'kim@example.com');
    expect(outcomeName(await send(both))).toBe('http_429');
    inputs.length = 0;
    const left = { ...both, recipients: both.recipients.slice(0, 1) };
    expect(outcomeName(await send(left))).toBe('http_200');
    expect(inputs).toEqual([]);
  });
});

// Why is my signature wrong? The checks of a receiver in their order, in this browser: nothing is sent or kept.
// WebCrypto has HMAC and SHA-2; contracts with SHA-3 are not among them.
export type CheckedContract = 'standard-webhooks' | 'kyc-hmac' | 'idnow';

export interface Given {
  readonly contract: CheckedContract;
  readonly headers: string;
  readonly body: string;
  readonly secret: string;
  readonly nowMs: number;
  /** The body as Posthorn composed it, where it is known. */
  readonly sent?: string | undefined;
}

export interface Check {
  readonly words: string;
  readonly more: string;
  readonly state: 'ok' | 'bad' | 'open';
}

export interface Verdict {
  readonly checks: readonly Check[];
  /** What to do, if something fails. */
  readonly advice: string | undefined;
}

const TOLERANCE_MS = 5 * 60_000;
const text = new TextEncoder();

export function headersOf(pasted: string): Map<string, string> {
  const lines = pasted.split('\n').flatMap((line) => {
    const at = line.indexOf(':');
    return at <= 0
      ? []
      : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const];
  });
  return new Map(lines);
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}

const toBase64 = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function hmac(key: Uint8Array<ArrayBuffer>, signed: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey(
    'raw',
    key,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return crypto.subtle.sign('HMAC', imported, text.encode(signed));
}

/** What receivers do to a body or a secret before they hash it, and what tells them so. */
const CHANGES: readonly (readonly [change: (body: string) => string, words: string])[] = [
  [
    (body) => body.replace(/\r\n/g, '\n'),
    'Line ends were changed on the way: paste the body as it came, without CR.',
  ],
  [(body) => body.trim(), 'There is white space around the body that was not sent.'],
  [(body) => `${body}\n`, 'The line end at the end of the body was cut off.'],
  [
    (body) => compacted(body),
    'Your code parsed the body and wrote it again. Verify the raw bytes first, parse afterwards.',
  ],
];

function compacted(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return body;
  }
}

class Run {
  readonly #names: readonly string[];
  readonly #done: Check[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  ok(more: string): void {
    this.#done.push({ words: this.#names[this.#done.length] ?? '', more, state: 'ok' });
  }

  fails(more: string, advice: string): Verdict {
    this.#done.push({ words: this.#names[this.#done.length] ?? '', more, state: 'bad' });
    return this.#verdict(advice);
  }

  holds(): Verdict {
    return this.#verdict(undefined);
  }

  #verdict(advice: string | undefined): Verdict {
    const open = this.#names
      .slice(this.#done.length)
      .map((words) => ({ words, more: 'Not reached', state: 'open' as const }));
    return { checks: [...this.#done, ...open], advice };
  }
}

export async function verdictOf(given: Given): Promise<Verdict> {
  switch (given.contract) {
    case 'standard-webhooks':
      return standardWebhooks(given);
    case 'kyc-hmac':
      return kycHmac(given);
    case 'idnow':
      return idnow(given);
    default:
      return given.contract satisfies never;
  }
}

async function standardWebhooks({
  headers: pasted,
  body,
  secret,
  nowMs,
  sent,
}: Given): Promise<Verdict> {
  const run = new Run([
    'The three headers are there',
    'The signature is well formed',
    'The time is close enough',
    'The secret is well formed',
    'The signature matches the body',
  ]);
  const headers = headersOf(pasted);
  const [id, at, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headers.get(name),
  );
  if (!id || !at || !signature) {
    const missing = [
      !id && 'webhook-id',
      !at && 'webhook-timestamp',
      !signature && 'webhook-signature',
    ]
      .filter(Boolean)
      .join(', ');
    return run.fails(
      `Missing: ${missing}`,
      'Paste the headers as they came. A proxy in front of your receiver may drop what it does not know.',
    );
  }
  run.ok('webhook-id, webhook-timestamp, webhook-signature');
  const signatures = signature.split(' ').filter((one) => one.startsWith('v1,'));
  if (signatures.length === 0)
    return run.fails(
      `It begins with ${signature.slice(0, 8)}`,
      'Signatures begin with "v1,"; several are separated by spaces. v1a is asymmetric, and not checked here.',
    );
  run.ok(
    `${signatures.length === 1 ? 'One signature' : `${signatures.length} signatures`} of version v1`,
  );
  const away = Math.abs(nowMs - Number(at) * 1000);
  const minutes = Math.round(away / 60_000);
  // An old request can be pasted all the same: the time is a warning, not the end.
  const isLate = !/^\d+$/.test(at) || away > TOLERANCE_MS;
  if (!/^\d+$/.test(at))
    return run.fails(`"${at}" is no number of seconds`, 'The header holds Unix seconds.');
  run.ok(
    isLate
      ? `It is ${minutes} min away. A receiver that allows five minutes refuses it by now`
      : `${minutes} min away. Allowed are five`,
  );
  const key = secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : undefined;
  if (key === undefined || key.length < 16)
    return run.fails(
      'It is not whsec_ and base64',
      'Copy the whole secret from the endpoint’s page, with its whsec_ prefix.',
    );
  run.ok(`whsec_ with ${key.length} bytes`);
  const matches = async (candidate: string, bytes = key) =>
    signatures.includes(`v1,${toBase64(await hmac(bytes, `${id}.${at}.${candidate}`))}`);
  if (await matches(body)) {
    run.ok('HMAC-SHA256 over id, time and body');
    return run.holds();
  }
  for (const [change, words] of CHANGES) {
    if (change(body) !== body && (await matches(change(body))))
      return run.fails('The body is not what was signed', words);
  }
  if (sent !== undefined && (await matches(sent)))
    return run.fails(differenceOf(sent, body), adviceOf(sent, body));
  if (await matches(body, text.encode(secret)))
    return run.fails(
      'Signed with the secret as text',
      'This was signed by something that does not decode the secret’s base64.',
    );
  return run.fails(
    'Neither this body nor this secret gives this signature',
    'Is it the secret of this endpoint, and the newest one? Then the body was changed on the way: hash the raw bytes.',
  );
}

async function kycHmac({ headers: pasted, body, secret }: Given): Promise<Verdict> {
  const run = new Run([
    'The signature header is there',
    'The signature is well formed',
    'The signature matches the body',
  ]);
  const headers = headersOf(pasted);
  const signature = headers.get('x-webhook-signature');
  if (!signature)
    return run.fails('Missing: X-Webhook-Signature', 'Paste the headers as they came.');
  run.ok('X-Webhook-Signature');
  if (!/^sha256=[0-9a-f]{64}$/.test(signature))
    return run.fails(
      `It is ${signature.slice(0, 20)}…`,
      'It is "sha256=" and 64 hexadecimal digits in lower case.',
    );
  run.ok('sha256= and 64 digits');
  const key = text.encode(secret);
  const matches = async (signed: string) =>
    signature === `sha256=${toHex(await hmac(key, signed))}`;
  const at = headers.get('x-webhook-timestamp') ?? '';
  if ((await matches(body)) || (await matches(`${at}.${body}`))) {
    run.ok('HMAC-SHA256 in hex');
    return run.holds();
  }
  for (const [change, words] of CHANGES) {
    if (change(body) !== body && (await matches(change(body))))
      return run.fails('The body is not what was signed', words);
  }
  return run.fails(
    'Neither this body nor this secret gives this signature',
    'Use the secret as it is, as text, and the raw bytes of the body.',
  );
}

async function idnow({ headers: pasted, body, secret, nowMs }: Given): Promise<Verdict> {
  const run = new Run([
    'The token is there',
    'The token is a JWT of HS256',
    'The secret made the signature',
    'It has not ended',
    'The body is the one that it was made for',
  ]);
  const token = /^bearer (.+)$/i.exec(headersOf(pasted).get('authorization') ?? '')?.[1];
  if (token === undefined)
    return run.fails('Missing: Authorization: Bearer …', 'Paste the headers as they came.');
  run.ok('Authorization: Bearer');
  const [head = '', claims = '', signature = ''] = token.split('.');
  const parsed = (part: string): Record<string, unknown> | undefined => {
    try {
      return JSON.parse(new TextDecoder().decode(fromBase64(part)));
    } catch {
      return undefined;
    }
  };
  if (parsed(head)?.alg !== 'HS256')
    return run.fails(
      `alg is ${String(parsed(head)?.alg)}`,
      'It has three parts, and its header says HS256. Never accept another algorithm.',
    );
  run.ok('HS256');
  const made = toBase64(await hmac(text.encode(secret), `${head}.${claims}`))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  if (made !== signature)
    return run.fails('Another secret made it', 'Use the endpoint’s secret as it is, as text.');
  run.ok('HMAC-SHA256 over header and claims');
  const { exp, body_sha256: hash } = parsed(claims) ?? {};
  const left = Number(exp) * 1000 - nowMs;
  run.ok(
    left > 0
      ? `Ends in ${Math.round(left / 1000)} s`
      : 'It has ended by now, five minutes after it was made: a receiver refuses it',
  );
  const own = toHex(await crypto.subtle.digest('SHA-256', text.encode(body)));
  if (own !== hash)
    return run.fails(
      'Its claim body_sha256 is that of another body',
      'Hash the raw bytes of the body, before any parser.',
    );
  run.ok('SHA-256 of the body');
  return run.holds();
}

/** Where two bodies part. */
export function firstDifference(sent: string, pasted: string): number {
  const length = Math.min(sent.length, pasted.length);
  for (let at = 0; at < length; at++) if (sent[at] !== pasted[at]) return at;
  return length;
}

function differenceOf(sent: string, pasted: string): string {
  const size = (body: string) => text.encode(body).length;
  return `${size(sent)} bytes were sent, ${size(pasted)} are here. The first difference is at byte ${size(sent.slice(0, firstDifference(sent, pasted))) + 1}`;
}

function adviceOf(sent: string, pasted: string): string {
  const isRewritten = compacted(sent) === pasted || compacted(sent) === compacted(pasted);
  return isRewritten
    ? 'Your code parsed the body and wrote it again: numbers, escapes and spaces changed. Verify the raw bytes first.'
    : 'The body was changed on the way. Verify the raw bytes, before any parser or proxy.';
}

// Notes every secret that a test gives to a service or gets from one, so that the logs of the whole run can be
// searched for all of them. Runs before each test file.
import { appendFileSync } from 'node:fs';
import { afterAll, vi } from 'vitest';
import { isSecretEnough } from './leaks.ts';

/** Where the secrets of this run are noted; the global setup says it. */
export const SECRETS_FILE = 'POSTHORN_TEST_SECRETS_FILE';

/** Members of bodies that hold secrets, wherever they stand. */
const SECRET_MEMBERS = new Set(['key', 'secret', 'password', 'privateKey', 'clientKey']);
/** Requests that may carry any. */
const PATHS = /\/v1\/(keys|endpoints|signing-keys|portal-sessions|console-sessions)/;
const known = new Set<string>();

export function knowSecret(secret: string): void {
  const file = process.env[SECRETS_FILE];
  if (file === undefined || known.has(secret) || !isSecretEnough(secret)) return;
  known.add(secret);
  appendFileSync(file, `${JSON.stringify(secret)}\n`);
}

/** Masked ones are shown everywhere, and are none. */
function knowSecretsIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string') knowSecretsIn(member);
    else if (isSecretMember(name, value) && !member.includes('*')) knowSecret(member);
  }
}

/** `token` and `value` are secrets of an authentication, and a session has a token. */
function isSecretMember(name: string, holder: object): boolean {
  const isAuthentication = 'type' in holder && /^(bearer|header)$/.test(String(holder.type));
  const isSession = 'expiresAt' in holder && name === 'token';
  return (
    isSession || SECRET_MEMBERS.has(name) || (isAuthentication && /^(token|value)$/.test(name))
  );
}

function knowSecretsInText(text: unknown): void {
  if (typeof text !== 'string') return;
  try {
    knowSecretsIn(JSON.parse(text));
  } catch {
    // Not JSON: nothing to read.
  }
}

const send = globalThis.fetch;
const fetchAndNote: typeof fetch = async (input, init) => {
  const authorization = new Headers(init?.headers).get('authorization');
  const bearer = /^Bearer +(\S+)/i.exec(authorization ?? '')?.[1];
  if (bearer !== undefined) knowSecret(bearer);
  const response = await send(input, init);
  if (PATHS.test(String(input))) {
    knowSecretsInText(init?.body);
    knowSecretsInText(
      await response
        .clone()
        .text()
        .catch(() => ''),
    );
  }
  return response;
};
// Files that share a process share its fetch: it is wrapped once.
const wrapped = globalThis as { posthornNotesSecrets?: true };
if (!wrapped.posthornNotesSecrets) {
  wrapped.posthornNotesSecrets = true;
  globalThis.fetch = fetchAndNote;
}

// And whatever one of them changed for itself is put back.
afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

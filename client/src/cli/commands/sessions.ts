import type { ConsoleSession, PortalSession, PortalSessionInput } from '../../models.ts';
import type { Command, Option } from '../command.ts';
import { UsageError } from '../command.ts';
import { given, LIMIT, showList } from './listing-options.ts';

const PRESETS = ['viewer', 'developer', 'owner'] as const;
const ROLES = ['viewer', 'support', 'admin'] as const;

const LIFE: Readonly<Record<string, Option>> = {
  seconds: { type: 'string', value: 'N', help: 'how long it lasts' },
  actor: { type: 'string', value: 'TEXT', help: 'who uses it' },
};
const CONSOLE: Option = { type: 'boolean', help: 'of the console, with the operator’s key' };

export const SESSION_COMMANDS: readonly Command[] = [
  {
    name: 'sessions portal',
    summary: 'let somebody into the portal: a link that is shown only once',
    options: {
      preset: { type: 'string', value: 'NAME', help: `${PRESETS.join(', ')} (viewer)` },
      scope: {
        type: 'string',
        multiple: true,
        value: 'SCOPE',
        help: 'scopes, instead of a preset',
      },
      endpoint: {
        type: 'string',
        multiple: true,
        value: 'ID',
        help: 'the only endpoints that there are for it',
      },
      'embed-origin': { type: 'string', value: 'ORIGIN', help: 'whose page may embed it' },
      ...LIFE,
    },
    async run({ posthorn, out, options }) {
      const preset = options.oneOf('preset', PRESETS);
      const scopes = options.texts('scope');
      const endpoints = options.texts('endpoint');
      const embedOrigin = options.text('embed-origin');
      const expiresInSeconds = options.count('seconds');
      const session = await posthorn.sessions.createPortal({
        ...given(options, ['actor']),
        ...(preset && { preset }),
        ...(scopes && { scopes: scopes as NonNullable<PortalSessionInput['scopes']> }), // the service says which there are
        ...(endpoints && { endpoints }),
        ...(embedOrigin !== undefined && { embedOrigin }),
        ...(expiresInSeconds !== undefined && { expiresInSeconds }),
      });
      out.one(session);
    },
  },
  {
    name: 'sessions console',
    summary: 'exchange the operator’s key for a link to the console',
    options: {
      role: { type: 'string', value: 'NAME', help: `${ROLES.join(', ')} (admin)` },
      ...LIFE,
    },
    async run({ posthorn, out, options }) {
      const role = options.oneOf('role', ROLES);
      const expiresInSeconds = options.count('seconds');
      const session = await posthorn.sessions.createConsole({
        ...given(options, ['actor']),
        ...(role && { role }),
        ...(expiresInSeconds !== undefined && { expiresInSeconds }),
      });
      out.one(session);
    },
  },
  {
    name: 'sessions list',
    summary: 'list the sessions that have not ended',
    options: { console: CONSOLE, ...LIMIT },
    run: (call) => {
      const { sessions } = call.posthorn;
      return call.options.flag('console')
        ? showList(call, (page) => sessions.listConsole(page), consoleRow)
        : showList(call, (page) => sessions.listPortal(page), portalRow);
    },
  },
  {
    name: 'sessions revoke',
    summary: 'revoke a session, or all; they stop working within 3 seconds',
    optionalArg: 'id',
    options: { console: CONSOLE, all: { type: 'boolean', help: 'all of them, instead of an id' } },
    irreversible: 'whoever uses them is out',
    async run({ posthorn: { sessions }, out, arg, options }) {
      const id = arg(0) || undefined;
      if ((id === undefined) !== options.flag('all')) throw new UsageError('give an id, or --all');
      const answer = options.flag('console')
        ? await sessions.revokeConsole(id)
        : await sessions.revokePortal(id);
      const more = answer.complete ? '' : '; there are more: run it again';
      out.done(`revoked ${answer.revoked}${more}`, answer);
    },
  },
];

function portalRow({ id, actor, scopes, endpoints, embedOrigin, expiresAt }: PortalSession) {
  const only = endpoints === null ? 'all' : endpoints.length;
  return {
    id,
    actor,
    scopes: scopes.length,
    endpoints: only,
    origin: embedOrigin,
    expires: expiresAt,
  };
}

function consoleRow({ id, actor, role, createdAt, expiresAt }: ConsoleSession) {
  return { id, actor, role, created: createdAt, expires: expiresAt };
}

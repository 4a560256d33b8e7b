import type { Key, KeyInput } from '../../models.ts';
import type { Command } from '../command.ts';
import { given, LIMIT, showList, timeOf } from './listing-options.ts';

const PRESETS = ['producer', 'manager', 'reader'] as const;

export const KEY_COMMANDS: readonly Command[] = [
  {
    name: 'keys create',
    summary: 'create a key for the tenant; it is shown only once',
    options: {
      name: { type: 'string', value: 'TEXT', help: 'name of the key' },
      preset: { type: 'string', value: 'NAME', help: `${PRESETS.join(', ')} (manager)` },
      scope: {
        type: 'string',
        multiple: true,
        value: 'SCOPE',
        help: 'scopes, instead of a preset',
      },
      'expires-at': {
        type: 'string',
        value: 'TIME',
        help: 'RFC 3339, or 2h, 30d from now (never)',
      },
    },
    async run({ posthorn, out, options }) {
      const preset = options.oneOf('preset', PRESETS);
      const expiresAt = timeOf(options, 'expires-at', 1);
      const scopes = options.texts('scope');
      const created = await posthorn.keys.create({
        ...given(options, ['name']),
        ...(preset && { preset }),
        ...(scopes && { scopes: scopes as NonNullable<KeyInput['scopes']> }), // the service says which there are
        ...(expiresAt !== undefined && { expiresAt }),
      });
      out.one(created);
    },
  },
  {
    name: 'keys list',
    summary: 'list keys, including revoked ones',
    options: LIMIT,
    run: (call) => showList(call, (page) => call.posthorn.keys.list(page), row),
  },
  {
    name: 'keys get',
    summary: 'show a key’s details, without the key itself',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.one(await posthorn.keys.get(arg(0))),
  },
  {
    name: 'keys current',
    summary: 'show the tenant and scopes of the key in use',
    run: async ({ posthorn, out }) => out.one(await posthorn.keys.current()),
  },
  {
    name: 'keys revoke',
    summary: 'revoke a key; it stops working within seconds',
    args: ['id'],
    irreversible: 'the key never works again',
    async run({ posthorn, out, arg }) {
      await posthorn.keys.revoke(arg(0));
      out.done(`revoked ${arg(0)}`, { id: arg(0), revoked: true });
    },
  },
];

function row({ id, name, hint, scopes, expiresAt, revokedAt, lastUsedAt }: Key) {
  return {
    id,
    name,
    hint,
    scopes: scopes.length,
    expires: expiresAt,
    revoked: revokedAt,
    'last used': lastUsedAt,
  };
}

import type { Tenant } from '../../models.ts';
import { type Command, UsageError } from '../command.ts';
import { LIMIT, limitOf } from './listing-options.ts';

/** All with the operator's key. */
export const TENANT_COMMANDS: readonly Command[] = [
  {
    name: 'tenants put',
    summary: 'create or rename a tenant',
    args: ['id'],
    options: {
      name: { type: 'string', value: 'TEXT', help: 'its name (the id)' },
    },
    async run({ posthorn, out, arg, options }) {
      out.one(await posthorn.tenants.put(arg(0), options.text('name') ?? arg(0)));
    },
  },
  {
    name: 'tenants list',
    summary: 'list tenants',
    options: LIMIT,
    async run({ posthorn, out, options }) {
      const { most, page } = limitOf(options);
      out.list(await posthorn.tenants.list(page).toArray(most), row);
    },
  },
  {
    name: 'tenants get',
    summary: 'show a tenant',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.one(await posthorn.tenants.get(arg(0))),
  },
  {
    name: 'tenants delete',
    summary: 'delete a tenant and remove its data',
    args: ['id'],
    options: { yes: { type: 'boolean', help: 'required: it cannot be undone' } },
    async run({ posthorn, out, arg, options }) {
      if (!options.flag('yes')) throw new UsageError('this cannot be undone: confirm with --yes');
      out.one(await posthorn.tenants.delete(arg(0)));
    },
  },
];

function row({ id, name, createdAt, deletedAt }: Tenant) {
  return { id, name, created: createdAt, deleted: deletedAt };
}

import type { Tenant } from '../../models.ts';
import type { Command } from '../command.ts';
import { LIMIT, showList } from './listing-options.ts';

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
    run: (call) => showList(call, (page) => call.posthorn.tenants.list(page), row),
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
    irreversible: 'all of its data is lost for good',
    async run({ posthorn, out, arg }) {
      out.one(await posthorn.tenants.delete(arg(0)));
    },
  },
];

function row({ id, name, createdAt, deletedAt }: Tenant) {
  return { id, name, created: createdAt, deleted: deletedAt };
}

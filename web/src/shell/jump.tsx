// Ctrl-K: from an id, a subject or a tenant's name to its page. Within the chosen tenant; for ids of endpoints, events
// and deliveries, without one, through the tenants, saying where it stopped.
import { useState } from 'preact/hooks';
import { Api } from '../base/api.ts';
import { Fault } from '../base/faults.ts';
import { useAction, useScope } from '../base/loading.ts';
import type { Page, Tenant } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { allPages } from '../base/pages.ts';
import { go, href, type Scope } from '../base/router.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { FaultNote } from '../parts/states.tsx';
import { useWho } from '../session/who.ts';

const MAX_TENANTS = 1000;
const AT_ONCE = 8;

const SCREENS: Readonly<Record<string, string>> = {
  evt: 'events',
  dlv: 'deliveries',
  ep: 'endpoints',
  rpl: 'replays',
  key: 'access',
};
const ROUTES: Readonly<Record<string, string>> = { ...SCREENS, key: 'keys' };

async function exists(api: Api, route: string, id: string): Promise<boolean> {
  try {
    await api.request(`/v1/${route}/${encodeURIComponent(id)}`);
    return true;
  } catch (error) {
    if (error instanceof Fault && (error.kind === 'missing' || error.kind === 'invalid'))
      return false;
    throw error;
  }
}

/** The first tenant, of both environments, that has it. */
async function tenantWith(
  route: string,
  id: string,
  tenants: readonly Tenant[],
): Promise<Scope | undefined> {
  const scopes = tenants.flatMap(({ id: tenant }) =>
    (['live', 'test'] as const).map((environment) => ({ tenant, environment })),
  );
  for (let at = 0; at < scopes.length; at += AT_ONCE) {
    const some = scopes.slice(at, at + AT_ONCE);
    const found = await Promise.all(some.map((scope) => exists(new Api(scope), route, id)));
    const place = found.indexOf(true);
    if (place >= 0) return some[place];
  }
  return undefined;
}

export function Jump({ onClose }: { readonly onClose: () => void }) {
  const scope = useScope();
  const { isOperator } = useWho();
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  const action = useAction();

  const jump = async () => {
    const wanted = text.trim();
    const id = /^([a-z]+)_[0-9a-z]{20,}$/.exec(wanted)?.[1] ?? '';
    const leave = (address: string) => {
      onClose();
      go(address);
    };
    const screen = SCREENS[id];
    const route = ROUTES[id];
    if (screen !== undefined && route !== undefined) {
      if (
        !isOperator ||
        (scope.tenant !== undefined && (await exists(new Api(scope), route, wanted)))
      ) {
        return leave(href([screen, wanted]));
      }
      const api = new Api({ tenant: undefined, environment: 'live' });
      const { rows, isWhole } = await allPages<Tenant>(
        (cursor) => api.get<Page<Tenant>>('/v1/tenants', { cursor, limit: 100 }),
        MAX_TENANTS,
      );
      setSaid(`Looking through ${counted(rows.length, 'tenant')}…`);
      const found = await tenantWith(route, wanted, rows);
      if (found) return leave(href([screen, wanted], {}, found));
      return setSaid(
        `Not found at ${counted(rows.length, 'tenant')}, live and test${isWhole ? '' : '. There are more tenants: choose one, and try again'}.`,
      );
    }
    if (isOperator && /^[A-Za-z0-9_-]{1,64}$/.test(wanted)) {
      const api = new Api({ tenant: undefined, environment: 'live' });
      if (await exists(api, 'tenants', wanted))
        return leave(href(['overview'], {}, { tenant: wanted }));
    }
    if (scope.tenant === undefined && isOperator)
      return setSaid('No tenant has this id. To find a subject, choose a tenant first.');
    leave(href(['events'], { subject: wanted }));
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setSaid('');
    if (text.trim() !== '') void action.run(jump);
  };
  return (
    <Dialog title="Jump to" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <Field
          label="Id, subject or tenant"
          value={text}
          onInput={setText}
          autoFocus
          hint="evt_…, dlv_…, ep_…, rpl_…, key_…, a tenant’s id, or the subject of events"
        />
        <p class="small" role="status">
          {said}
        </p>
        <FaultNote fault={action.fault} />
        <div class="row">
          <Button type="submit" kind="primary" disabled={action.isBusy}>
            {action.isBusy ? 'Looking…' : 'Jump'}
          </Button>
          <Button kind="quiet" onClick={onClose}>
            Close
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

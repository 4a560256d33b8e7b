// Endpoints that join a template or leave it: a dry run says what would change, and what would be refused.
import { useState } from 'preact/hooks';
import { useAction, useApi } from '../base/loading.ts';
import type { ChangedEndpoints, Endpoint, Template } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { nameOf } from '../lookups/endpoints.ts';
import { Ask } from '../parts/dialog.tsx';
import { Check } from '../parts/field.tsx';
import { Note, Text } from '../parts/layout.tsx';
import { say } from '../parts/toasts.tsx';

const WORDS = {
  join: {
    title: (name: string) => `Let endpoints inherit from ${name}`,
    act: 'Join',
    done: 'joined the template',
    lead: 'Settings that differ from the defaults remain an endpoint’s own. It inherits all others, and leaves the template it had.',
  },
  leave: {
    title: (name: string) => `Detach endpoints from ${name}`,
    act: 'Detach',
    done: 'left the template',
    lead: 'An endpoint keeps the settings that it has at this moment. Later changes of the template do not reach it.',
  },
} as const;

interface MembershipProps {
  readonly template: Template;
  readonly kind: keyof typeof WORDS;
  readonly candidates: readonly Endpoint[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function Membership({ template, kind, candidates, onClose, onDone }: MembershipProps) {
  const api = useApi();
  const action = useAction();
  const words = WORDS[kind];
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [plan, setPlan] = useState<ChangedEndpoints>();
  const send = async (dryRun: boolean) => {
    const body = {
      filter: { ids: [...ids] },
      changes: { template: kind === 'join' ? template.id : null },
      dryRun,
    };
    return (await api.request<ChangedEndpoints>('/v1/endpoints', { method: 'PATCH', body })).value;
  };
  const act = () =>
    action.run(async () => {
      if (plan === undefined) return setPlan(await send(true));
      const { changed, failed } = await send(false);
      say(
        `${counted(changed, 'endpoint')} ${words.done}${failed > 0 ? `, ${failed} refused` : ''}.`,
      );
      onClose();
      onDone();
    });
  return (
    <Ask
      title={words.title(template.name)}
      action={
        plan === undefined
          ? 'See what would change'
          : `${words.act} ${counted(plan.changed, 'endpoint')}`
      }
      isBusy={action.isBusy}
      isReady={ids.size > 0 && plan?.changed !== 0}
      fault={action.fault}
      onClose={onClose}
      onAct={act}
      wide
    >
      <p>{words.lead}</p>
      <fieldset>
        <legend>Endpoints</legend>
        {candidates.map((endpoint) => (
          <Check
            key={endpoint.id}
            checked={ids.has(endpoint.id)}
            onChange={(isChosen) => {
              const next = new Set(ids);
              if (isChosen) next.add(endpoint.id);
              else next.delete(endpoint.id);
              setIds(next);
              setPlan(undefined);
            }}
          >
            <Text>{nameOf(endpoint)}</Text>
          </Check>
        ))}
      </fieldset>
      {plan && <Plan plan={plan} candidates={candidates} />}
    </Ask>
  );
}

function Plan({
  plan,
  candidates,
}: {
  readonly plan: ChangedEndpoints;
  readonly candidates: readonly Endpoint[];
}) {
  const { changed, unchanged, failed, results } = plan;
  const nameOfId = (id: string) => {
    const known = candidates.find((one) => one.id === id);
    return known ? nameOf(known) : id;
  };
  return (
    <Note tone={failed > 0 ? 'warn' : 'info'} live>
      <p>
        <b>
          {counted(changed, 'endpoint')} would change, {unchanged} would stay as they are, {failed}{' '}
          would be refused.
        </b>
      </p>
      <ul class="small">
        {results.map(
          ({ endpoint, error }) =>
            error && (
              <li key={endpoint}>
                <Text>{nameOfId(endpoint)}</Text>:{' '}
                {error.errors?.map(({ path: at, message }) => `${at} ${message}`).join('; ') ??
                  error.detail}
              </li>
            ),
        )}
      </ul>
    </Note>
  );
}

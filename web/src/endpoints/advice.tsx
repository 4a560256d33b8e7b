// Recommendations: what its own figures say, the exact change, and "Apply".
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { Endpoint, Recommendation } from '../base/models.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Card } from '../parts/layout.tsx';
import { Empty, FaultNote, Shown } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { useMay } from '../session/who.ts';

type Recommendations = components['schemas']['Recommendations'];

const SEVERITY = { info: 'info', warning: 'warn', critical: 'bad' } as const;

interface AdviceProps {
  readonly endpoint: Endpoint;
  readonly etag: string | null;
  readonly onChange: () => void;
}

export function Advice({ endpoint, etag, onChange }: AdviceProps) {
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const advice = useLoad(`advice ${endpoint.id} ${etag ?? ''}`, (api, signal) =>
    api.get<Recommendations>(path`/v1/endpoints/${endpoint.id}/recommendations`, {}, signal),
  );
  return (
    <Card
      title="Recommended"
      aside={<span class="small muted">From its own figures of two weeks</span>}
    >
      <Shown loaded={advice} label="recommendations" rows={2}>
        {({ data }) => {
          const left = data.filter(({ code }) => !dismissed.has(code));
          if (left.length === 0) {
            return (
              <Empty icon="check" title="Nothing to change">
                Advice comes once there are enough attempts to judge by.
              </Empty>
            );
          }
          return (
            <ul class="items">
              {left.map((one) => (
                <One
                  key={one.code}
                  one={one}
                  endpoint={endpoint}
                  etag={etag}
                  onChange={onChange}
                  onDismiss={() => setDismissed(new Set([...dismissed, one.code]))}
                />
              ))}
            </ul>
          );
        }}
      </Shown>
    </Card>
  );
}

const spaced = (code: string): string =>
  code.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
const named = (name: string): string => name.replace(/([A-Z])/g, ' $1').toLowerCase();

function One({
  one,
  endpoint,
  etag,
  onChange,
  onDismiss,
}: AdviceProps & { readonly one: Recommendation; readonly onDismiss: () => void }) {
  const api = useApi();
  const may = useMay('endpoints:write');
  const action = useAction();
  const apply = () =>
    action.run(async () => {
      await api.request(path`/v1/endpoints/${endpoint.id}`, {
        method: 'PATCH',
        body: one.change,
        ifMatch: etag,
      });
      say('Applied. It holds for attempts from now on.');
      onChange();
    });
  const before = endpoint as unknown as Record<string, unknown>;
  return (
    <li class="stack">
      <div class="row">
        <h3>{spaced(one.code)}</h3>
        <Badge tone={SEVERITY[one.severity]} icon={one.severity === 'info' ? 'info' : 'warn'}>
          {one.severity}
        </Badge>
      </div>
      <p class="small">{one.advice}</p>
      <p class="small muted">
        {Object.entries(one.evidence)
          .map(([name, value]) => `${named(name)} ${value}`)
          .join(' · ')}
      </p>
      {one.change &&
        Object.entries(one.change).map(([name, value]) => (
          <p key={name} class="small mono">
            {name} <del>{JSON.stringify(before[name])}</del> → <ins>{JSON.stringify(value)}</ins>
          </p>
        ))}
      <div class="row">
        {one.change && may && (
          <Button kind="primary" icon="tick" disabled={action.isBusy} onClick={apply}>
            Apply
          </Button>
        )}
        <Button kind="quiet" onClick={onDismiss}>
          Dismiss
        </Button>
      </div>
      <FaultNote fault={action.fault} />
    </li>
  );
}

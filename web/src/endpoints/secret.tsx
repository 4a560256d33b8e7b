// The secret: masked until somebody asks, and its rotation with an overlap.
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Endpoint } from '../base/models.ts';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Choice } from '../parts/field.tsx';
import { Card, Facts } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';

type Read = components['schemas']['EndpointSecret'];

const OVERLAPS = [
  ['0', 'None: the old secret ends at once'],
  ['3600', '1 hour'],
  ['86400', '1 day'],
  ['604800', '7 days'],
] as const;

export function Secret({
  endpoint,
  onChange,
}: {
  readonly endpoint: Endpoint;
  readonly onChange: () => void;
}) {
  const api = useApi();
  const mayRead = useMay('secrets:read');
  const mayWrite = useMay('secrets:write');
  const action = useAction();
  const [shown, setShown] = useState<Read>();
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number][0]>();
  const reveal = () =>
    action.run(async () =>
      setShown(await api.get<Read>(path`/v1/endpoints/${endpoint.id}/secret`)),
    );
  const rotate = () =>
    action.run(async () => {
      const rotated = await api.post<Read>(path`/v1/endpoints/${endpoint.id}/rotate-secret`, {
        overlapSeconds: Number(overlap),
      });
      setShown(rotated);
      setOverlap(undefined);
      say('The secret was rotated: give the new one to the receiver.');
      onChange();
    });
  return (
    <Card title="Secret" pad>
      <Facts
        facts={[
          [
            'Secret',
            <span class="row">
              <code>{shown?.secret ?? `••••••••••••${endpoint.secret.slice(-4)}`}</code>
              {shown ? (
                <>
                  <Copy text={shown.secret} what="the secret" />
                  <Button slim icon="lock" onClick={() => setShown(undefined)}>
                    Hide
                  </Button>
                </>
              ) : (
                mayRead && (
                  <Button slim icon="eye" onClick={reveal} disabled={action.isBusy}>
                    Reveal
                  </Button>
                )
              )}
              {mayWrite && endpoint.status !== 'deleted' && (
                <Button slim icon="again" onClick={() => setOverlap('86400')}>
                  Rotate…
                </Button>
              )}
            </span>,
          ],
          !!shown?.previousValidUntil && [
            'Previous one',
            <>
              Signs too, until <When at={shown.previousValidUntil} as="both" />
            </>,
          ],
        ]}
      />
      {overlap === undefined && <FaultNote fault={action.fault} />}
      {overlap !== undefined && (
        <Ask
          title="Rotate the secret?"
          action="Rotate"
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setOverlap(undefined)}
          onAct={rotate}
        >
          <p>
            A new secret signs from now on. As long as they overlap, each request carries both
            signatures, so the receiver can change in its own time.
          </p>
          <Choice label="Overlap" value={overlap} options={OVERLAPS} onChange={setOverlap} />
        </Ask>
      )}
    </Card>
  );
}

// A tenant's routing rules: their order, what each sets, and what they make of an event while they are edited.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { RoutingRule } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { useRoute } from '../base/router.ts';
import { useTried } from '../base/tried.ts';
import { NO_SAMPLE, SampleField, sampleMember } from '../lookups/samples.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { Empty, FaultNote, Shown } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { useMay } from '../session/who.ts';
import { channelsIn, type DraftRule, draftOf, moved, writtenRules } from './draft.ts';
import { type KeptRules, keepRoutingRules, readRoutingRules } from './kept.ts';
import { Rule } from './rule.tsx';
import { Channels, type Routed } from './verdict.tsx';

const MAX_RULES = 50;
const NEW_RULE: RoutingRule = { when: { country: ['DE'] }, set: { channels: [] } };

export function RoutingRules() {
  const kept = useLoad('routing rules', readRoutingRules);
  return (
    <>
      <Head
        title="Routing rules"
        lead="They give events channels by their data, before endpoints are matched. All that match apply in their order; the last one sets the channels."
      />
      {kept.value === undefined ? (
        <Card>
          <Shown loaded={kept} label="routing rules">
            {() => null}
          </Shown>
        </Card>
      ) : (
        <Rules kept={kept.value} onSaved={kept.put} onReload={kept.reload} />
      )}
    </>
  );
}

interface RulesProps {
  readonly kept: KeptRules;
  readonly onSaved: (kept: KeptRules) => void;
  readonly onReload: () => void;
}

function Rules({ kept, onSaved, onReload }: RulesProps) {
  const api = useApi();
  const may = useMay('endpoints:write');
  const action = useAction();
  const { query } = useRoute();
  const first = kept.rules.map(draftOf);
  const [drafts, setDrafts] = useState<readonly DraftRule[]>(first);
  const [said, setSaid] = useState('');
  const [sample, setSample] = useState(NO_SAMPLE);
  const [posted, setPosted] = useState('');
  const nextKey = useRef(MAX_RULES);
  const keepFocus = useFocusKept();
  useEffect(() => setDrafts(kept.rules.map(draftOf)), [kept]);

  const rules = writtenRules(drafts);
  const member = sampleMember(sample);
  const channels = JSON.stringify(sample.event === undefined ? channelsIn(posted) : undefined);
  const body =
    rules === undefined || member === undefined || drafts.length === 0
      ? undefined
      : `{"rules":${rules},${member}${channels === undefined ? '' : `,"channels":${channels}`}}`;
  const tried = useTried<Routed>('/v1/filters/test', body);
  const routing = tried.isCurrent ? tried.answer?.value.routing : undefined;
  const refusals =
    action.fault?.errors ?? (tried.isCurrent ? tried.fault?.errors : undefined) ?? [];

  const isChanged = rules !== writtenRules(first);
  const change = (next: readonly DraftRule[]) => {
    setDrafts(next);
    action.clear();
  };
  const move = (at: number, by: -1 | 1) => {
    const next = moved(drafts, at, by);
    if (next === drafts) return;
    keepFocus(`Move rule ${at + by + 1} ${by < 0 ? 'down' : 'up'}`);
    change(next);
    setSaid(`Rule ${at + 1} is now rule ${at + by + 1} of ${drafts.length}.`);
  };
  const save = () =>
    action.run(async () => {
      if (rules === undefined) return;
      onSaved(await keepRoutingRules(api, rules, kept.etag));
      say('The rules were saved. Events that are accepted from now on are routed by them.');
    });
  return (
    <div class="stack">
      <Card
        title="Rules"
        aside={
          <span class="small muted">
            {counted(drafts.length, 'rule')}, at most {MAX_RULES}
          </span>
        }
        actions={
          may && (
            <Button
              slim
              icon="plus"
              disabled={drafts.length >= MAX_RULES}
              onClick={() => change([...drafts, draftOf(NEW_RULE, nextKey.current++)])}
            >
              Add a rule
            </Button>
          )
        }
        footer={
          may && (
            <div class="row">
              <Button
                kind="primary"
                disabled={action.isBusy || rules === undefined || !isChanged}
                onClick={save}
              >
                {action.isBusy ? 'Working…' : 'Save the rules'}
              </Button>
              {isChanged && (
                <Button kind="quiet" onClick={() => change(first)}>
                  Undo the changes
                </Button>
              )}
              {action.fault?.kind === 'conflict' && (
                <Button onClick={onReload}>Read what is saved now</Button>
              )}
              <span class="small" role="status">
                {said}
              </span>
            </div>
          )
        }
      >
        {action.fault && (
          <div class="pad">
            <FaultNote fault={action.fault} />
          </div>
        )}
        {drafts.length === 0 ? (
          <Empty icon="out" title="No rules">
            Events keep the channels that they are posted with.
          </Empty>
        ) : (
          <ol class="items">
            {drafts.map((rule, at) => (
              <li key={rule.key}>
                <Rule
                  rule={rule}
                  n={at + 1}
                  of={drafts.length}
                  may={may}
                  verdict={routing?.rules[at]}
                  refusals={refusals
                    .filter(({ path }) => path.startsWith(`/rules/${at}/`))
                    .map(({ path, message }) => `${path.split('/').slice(3).join('/')} ${message}`)}
                  onChange={(next) => change(drafts.with(at, next))}
                  onMove={(by) => move(at, by)}
                  onRemove={() => change(drafts.toSpliced(at, 1))}
                />
              </li>
            ))}
          </ol>
        )}
      </Card>
      <Card
        title="Try them"
        aside={<span class="small muted">Nothing is sent, nothing is stored</span>}
        pad
      >
        <div class="cols">
          <SampleField
            value={sample}
            onChange={setSample}
            event={query.get('event') ?? undefined}
          />
          <div class="stack">
            {sample.event === undefined && (
              <Field
                label="Channels it is posted with"
                value={posted}
                onInput={setPosted}
                hint="With commas."
              />
            )}
            <div role="status">
              {drafts.length === 0 ? (
                <p class="muted">Without rules, it keeps its channels.</p>
              ) : routing !== undefined ? (
                <p>
                  <b>Endpoints are matched by these channels:</b> <Channels of={routing.channels} />
                </p>
              ) : (
                <p class="muted">
                  {body === undefined
                    ? 'Rules and data must be JSON.'
                    : tried.isCurrent
                      ? ''
                      : 'Working…'}
                </p>
              )}
            </div>
            {tried.isCurrent && <FaultNote fault={tried.fault} />}
          </div>
        </div>
      </Card>
    </div>
  );
}

/** What had the focus keeps it when its rule is moved; where it cannot any more, the button that moves it back has it. */
function useFocusKept(): (otherwise: string) => void {
  const kept = useRef<{ element: Element | null; otherwise: string } | undefined>(undefined);
  useLayoutEffect(() => {
    if (kept.current === undefined) return;
    const { element, otherwise } = kept.current;
    kept.current = undefined;
    const isOff = element?.matches(':disabled') ?? true;
    const other = document.querySelector(`button[aria-label="${otherwise}"]`);
    ((isOff ? other : element) as HTMLElement | null)?.focus();
  });
  return (otherwise) => {
    kept.current = { element: document.activeElement, otherwise };
  };
}

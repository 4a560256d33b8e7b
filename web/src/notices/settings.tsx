// What is told, and when.
import { useEffect, useState } from 'preact/hooks';
import type { NoticeSettings } from '../base/models.ts';
import { Button } from '../parts/button.tsx';
import { Check, Field } from '../parts/field.tsx';
import { Card } from '../parts/layout.tsx';
import { useMay } from '../session/who.ts';
import { type KeptProps, KINDS, type Kind, SaveFault, useSaving } from './kept.tsx';

interface KindsProps {
  readonly kinds: readonly Kind[];
  readonly onChange: (kinds: Kind[]) => void;
}

export function Kinds({ kinds, onChange }: KindsProps) {
  return (
    <fieldset>
      <legend class="sr">What is told</legend>
      <div class="stack">
        {KINDS.map(([kind, words]) => (
          <Check
            key={kind}
            checked={kinds.includes(kind)}
            onChange={(isOn) =>
              onChange(isOn ? [...kinds, kind] : kinds.filter((one) => one !== kind))
            }
          >
            {words}
          </Check>
        ))}
      </div>
    </fieldset>
  );
}

const textsOf = ({
  quietHours,
  digest,
  timeZone,
  slowAboveMs,
  channels,
  link,
}: NoticeSettings) => ({
  from: quietHours?.from ?? '',
  to: quietHours?.to ?? '',
  at: digest?.at ?? '',
  timeZone,
  slow: String(slowAboveMs),
  channels: channels.join(', '),
  link: link ?? '',
});

export function Settings(props: KeptProps) {
  const may = useMay('endpoints:write');
  const { action, save } = useSaving(props);
  const { settings } = props.kept;
  const [kinds, setKinds] = useState<readonly Kind[]>(settings.kinds);
  const [texts, setTexts] = useState(() => textsOf(settings));
  useEffect(() => {
    // What is saved from another card does not take away what is typed here.
    if (!props.kept.isRead) return;
    setKinds(settings.kinds);
    setTexts(textsOf(settings));
  }, [props.kept]);
  const { from, to, at, timeZone, slow, channels, link } = texts;
  const of = (name: keyof typeof texts, member: string) => ({
    value: texts[name],
    onInput: (value: string) => setTexts({ ...texts, [name]: value }),
    fault: action.fault?.errors.find((one) => one.path.startsWith(member))?.message,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void save({
      kinds: [...kinds],
      timeZone: timeZone.trim(),
      quietHours: from || to ? { from, to } : null,
      digest: at ? { at } : null,
      slowAboveMs: Number(slow),
      channels: channels.split(',').flatMap((one) => one.trim() || []),
      link: link.trim() || null,
    });
  };
  return (
    <Card title="What is told, and when" pad>
      <form onSubmit={submit}>
        <fieldset disabled={!may}>
          <legend class="sr">What is told, and when</legend>
          <div class="stack">
            <div class="cols">
              <div class="stack">
                <Kinds kinds={kinds} onChange={setKinds} />
                <Field label="Slow from, in ms" type="number" {...of('slow', '/slowAboveMs')} />
              </div>
              <div class="stack">
                <div class="row">
                  <Field label="Quiet from" type="time" {...of('from', '/quietHours/from')} />
                  <Field label="Quiet until" type="time" {...of('to', '/quietHours/to')} />
                  <Field label="Daily digest at" type="time" {...of('at', '/digest')} />
                </div>
                <Field
                  label="Time zone"
                  hint="Such as Europe/Berlin."
                  {...of('timeZone', '/timeZone')}
                />
                <Field
                  label="Channels"
                  hint="What notices carry, with commas."
                  {...of('channels', '/channels')}
                />
                <Field
                  label="Link"
                  type="url"
                  hint={
                    <>
                      The page that notices lead to; <code>{'{endpoint}'}</code> is the endpoint’s
                      id.
                    </>
                  }
                  {...of('link', '/link')}
                />
              </div>
            </div>
            <SaveFault of={action} onReload={props.onReload} />
            {may && (
              <div class="row">
                <Button type="submit" kind="primary" disabled={action.isBusy}>
                  Save
                </Button>
              </div>
            )}
          </div>
        </fieldset>
      </form>
    </Card>
  );
}

// An event to try something on: one that came in, the example of a type, or what is typed.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Api, path } from '../base/api.ts';
import { asFault, type Fault } from '../base/faults.ts';
import { indented, isJson, memberText } from '../base/json-text.ts';
import { useApi, useLoad } from '../base/loading.ts';
import type { Event, EventType, Page } from '../base/models.ts';
import { relative, useNow } from '../base/time.ts';
import { Choice, Field } from '../parts/field.tsx';
import { FaultNote } from '../parts/states.tsx';

const MAX_EVENTS = 20;
const ROWS = 12;

export interface Sample {
  /** The stored event, as long as nothing of it was changed. */
  readonly event?: string | undefined;
  readonly type: string;
  /** JSON, as it was posted or typed. */
  readonly data: string;
}

export const NO_SAMPLE: Sample = { type: '', data: '{}' };

/** So that a subject from right to left does not turn its option around. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

/** The member of a request that names the event, or has its data; undefined while that is no JSON. */
export function sampleMember({ event, data }: Sample): string | undefined {
  if (event !== undefined) return `"event":${JSON.stringify(event)}`;
  return isJson(data) ? `"data":${data}` : undefined;
}

interface SampleFieldProps {
  readonly value: Sample;
  readonly onChange: (sample: Sample) => void;
  /** Only events that go there. */
  readonly endpoint?: string | undefined;
  /** Begins with this event, in the place of the newest. */
  readonly event?: string | undefined;
  /** Whether the type of what is typed matters. */
  readonly isTyped?: boolean;
}

/** @returns undefined if its data is gone */
async function sampleOf(api: Api, choice: string): Promise<Sample | undefined> {
  const [kind, name = ''] = choice.split(/ (.*)/s);
  const isEvent = kind === 'event';
  const address = isEvent ? path`/v1/events/${name}` : path`/v1/event-types/${name}`;
  const { value, text } = await api.request<{ readonly type?: string }>(address);
  const data = memberText(text, isEvent ? 'data' : 'example');
  if (data === undefined || data === 'null') return undefined;
  return {
    event: isEvent ? name : undefined,
    type: value.type ?? name,
    data: indented(data),
  };
}

export function SampleField({ value, onChange, endpoint, event, isTyped }: SampleFieldProps) {
  const api = useApi();
  const now = useNow(60_000);
  const [chosen, setChosen] = useState('');
  const [fault, setFault] = useState<Fault>();
  const turn = useRef(0);
  const known = useLoad(`samples ${endpoint ?? ''}`, async (one, signal) => {
    const [events, types] = await Promise.all([
      one.get<Page<Event>>(path`/v1/events`, { endpoint, limit: MAX_EVENTS }, signal),
      one.get<Page<EventType>>(path`/v1/event-types`, { limit: 100 }, signal),
    ]);
    return {
      events: events.data.filter(({ redactedAt }) => redactedAt === null),
      types: types.data.filter(({ example }) => example !== null),
    };
  });
  const { events = [], types = [] } = known.value ?? {};

  const typed = (changes: Partial<Sample>) => {
    turn.current++;
    setChosen('');
    onChange({ type: value.type, data: value.data, ...changes });
  };
  /** Of two that are chosen one after the other, the second is shown. */
  const take = async (choice: string) => {
    if (choice === '') return typed({});
    const mine = ++turn.current;
    setChosen(choice);
    setFault(undefined);
    try {
      const sample = await sampleOf(api, choice);
      if (turn.current === mine && sample) onChange(sample);
    } catch (error) {
      if (turn.current === mine) setFault(asFault(error));
    }
  };
  useEffect(() => {
    if (known.value === undefined || value !== NO_SAMPLE) return;
    const [newest] = events;
    const [first] = types;
    const begin = event ?? newest?.id;
    if (begin !== undefined) void take(`event ${begin}`);
    else if (first) void take(`type ${first.name}`);
  }, [known.value]);

  const isListed = event === undefined || events.some(({ id }) => id === event);
  return (
    <div class="stack">
      <Choice
        label="Event"
        value={chosen}
        options={[
          ['', 'Typed here'],
          ...(isListed ? [] : [[`event ${event}`, event] as const]),
          ...events.map(
            ({ id, type, subject, acceptedAt }) =>
              [
                `event ${id}`,
                [type, subject && isolated(subject), relative(acceptedAt, now)]
                  .filter(Boolean)
                  .join(', '),
              ] as const,
          ),
          ...types.map(({ name }) => [`type ${name}`, `Example of ${name}`] as const),
        ]}
        onChange={take}
      />
      {isTyped && (
        <Field label="Type" value={value.type} onInput={(type) => typed({ type: type.trim() })} />
      )}
      <Field
        label="Data of the event"
        rows={ROWS}
        value={value.data}
        onInput={(data) => typed({ data })}
        fault={isJson(value.data) ? undefined : 'This is no JSON yet.'}
      />
      <FaultNote fault={fault ?? known.fault} />
    </div>
  );
}

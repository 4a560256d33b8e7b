// A transformation beside an event, and what it makes of it while it is written. Nothing is sent.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from '../base/api.ts';
import { indented, memberText } from '../base/json-text.ts';
import type { TransformTest } from '../base/models.ts';
import { bytes } from '../base/numbers.ts';
import { type Tried, useTried } from '../base/tried.ts';
import { NO_SAMPLE, type Sample, SampleField, sampleMember } from '../lookups/samples.tsx';
import { Button } from '../parts/button.tsx';
import { Exchange, Json } from '../parts/code.tsx';
import { Field } from '../parts/field.tsx';
import { Note } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';
import { useMay } from '../session/who.ts';
import { type Place, placeOf } from './place.ts';

const ROWS = 15;

interface EditorProps {
  readonly source: string;
  readonly onSource: (source: string) => void;
  /** Whose events are offered, and whose signed request is shown. */
  readonly endpoint?: string | undefined;
  /** Stands between the source and what comes of it. @param isRefused whether the source has a mistake */
  readonly actions?: (isRefused: boolean) => ComponentChildren;
}

export function Editor({ source, onSource, endpoint, actions }: EditorProps) {
  const [sample, setSample] = useState(NO_SAMPLE);
  const box = useRef<HTMLDivElement>(null);
  // A signed request is more than reading.
  const signer = useMay('endpoints:write') ? endpoint : undefined;
  const body = askedOf(source, sample, signer);
  const tried = useTried<TransformTest>('/v1/transforms/test', body);
  const mistake = tried.isCurrent
    ? tried.fault?.errors.find(({ path }) => path === '/source')?.message
    : undefined;
  const place = mistake === undefined ? undefined : placeOf(source, mistake);
  const field = () => box.current?.querySelector('textarea');
  const goTo = ({ at }: Place) => {
    field()?.focus();
    field()?.setSelectionRange(at, at + 1);
  };
  // Where it takes the place of what it changes, it takes the focus too.
  useEffect(() => {
    if (actions !== undefined) field()?.focus();
  }, []);
  return (
    <div class="stack">
      <div class="cols">
        <div class="stack" ref={box}>
          <Field
            label="Transformation"
            rows={ROWS}
            value={source}
            onInput={onSource}
            fault={mistake && (place ? placeWords(place) : `The source ${mistake}.`)}
            hint={`JSONata. $event has id, type, time, subject and channels. ${bytes(source)} of 2,048.`}
          />
          {place && (
            <>
              <pre class="code" dir="ltr">
                {place.before}
                <mark>{place.mark}</mark>
                {place.after}
              </pre>
              <Button slim icon="edit" onClick={() => goTo(place)}>
                Go to the mistake
              </Button>
            </>
          )}
        </div>
        <SampleField value={sample} onChange={setSample} endpoint={endpoint} isTyped />
      </div>
      {actions?.(mistake !== undefined)}
      <Preview
        tried={tried}
        isMistaken={mistake !== undefined}
        isAsked={body !== undefined}
        unsigned={
          endpoint === undefined
            ? 'With an endpoint, the signed request that it would get stands here.'
            : signer === undefined
              ? 'Who may change endpoints sees the signed request here.'
              : 'The endpoint’s contract forms no request of this.'
        }
      />
    </div>
  );
}

/** Undefined while it cannot be asked. */
function askedOf(source: string, sample: Sample, endpoint: string | undefined): string | undefined {
  const member = sampleMember(sample);
  if (source.trim() === '' || member === undefined) return undefined;
  const type = sample.event === undefined && sample.type !== '' ? sample.type : undefined;
  return `${JSON.stringify({ source, type, endpoint }).slice(0, -1)},${member}}`;
}

const placeWords = ({ line, column, words }: Place): string =>
  `Line ${line}, column ${column}: the source ${words}.`;

interface PreviewProps {
  readonly tried: Tried<TransformTest>;
  readonly isMistaken: boolean;
  readonly isAsked: boolean;
  /** Why there is no signed request, if there is none. */
  readonly unsigned: string;
}

function Preview({ tried, isMistaken, isAsked, unsigned }: PreviewProps) {
  const { answer, fault, isCurrent } = tried;
  const words = !isAsked
    ? 'A source and data as JSON are needed.'
    : !isCurrent
      ? 'Working…'
      : isMistaken
        ? 'The source has a mistake.'
        : answer?.value.failure === null
          ? 'Nothing was sent.'
          : '';
  return (
    <section class="stack" aria-label="Preview" aria-busy={isAsked && !isCurrent}>
      <div class="row">
        <h3>Preview</h3>
        <span class="small muted" role="status">
          {words}
        </span>
      </div>
      {!isMistaken && <FaultNote fault={fault} />}
      {answer && <Result answer={answer} unsigned={unsigned} />}
    </section>
  );
}

interface ResultProps extends Pick<PreviewProps, 'unsigned'> {
  readonly answer: Answer<TransformTest>;
}

function Result({ answer: { value, text }, unsigned }: ResultProps) {
  const { failure, warnings, request } = value;
  return (
    <>
      {failure !== null && (
        <Note tone="bad" live>
          <p>
            <b>With this event it fails: {failure}.</b>
          </p>
          <p class="small">
            Nothing would be sent: the delivery would be dead, with the reason{' '}
            <code>transform_failed</code>.
          </p>
        </Note>
      )}
      {warnings.map(({ path, message }) => (
        <Note key={path + message} tone="warn">
          <p>
            <code>{path}</code> {message}
          </p>
        </Note>
      ))}
      {failure === null && (
        <div class="cols stretch">
          <pre class="code" dir="ltr" tabIndex={0} role="region" aria-label="Output">
            <Json text={indented(memberText(text, 'output') ?? '')} marks />
          </pre>
          {request ? (
            <Exchange
              label="Signed request"
              first={`${request.method} ${request.url}`}
              headers={request.headers}
              body={request.body}
            />
          ) : (
            <p class="small muted">{unsigned}</p>
          )}
        </div>
      )}
    </>
  );
}

// The transformation of an endpoint or a template: what it is, the editor that changes it, and its removal.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAction } from '../base/loading.ts';
import type { Transform } from '../base/models.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Card, Note } from '../parts/layout.tsx';
import { Empty, FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { Editor } from './editor.tsx';

/** Gives the data as it is. */
const FIRST_SOURCE = '$';
const OPENER = '#transformation header button';

type Change = Pick<Transform, 'language' | 'source'>;

interface TransformCardProps {
  readonly transform: Transform | null;
  readonly etag: string | null;
  readonly may: boolean;
  /** Of a template’s: it can be replaced here, and not removed. */
  readonly isInherited?: boolean;
  readonly aside: string;
  /** What is applied once it is removed. */
  readonly afterwards: string;
  /** Whose events and whose signed request the preview shows. */
  readonly endpoint?: string | undefined;
  readonly save: (transform: Change | null, ifMatch: string | null) => Promise<void>;
  readonly children?: ComponentChildren;
}

/** What the editor began with: a change by somebody else is seen by it. */
interface Draft {
  readonly source: string;
  readonly etag: string | null;
}

export function TransformCard(props: TransformCardProps) {
  const { transform, etag, may, isInherited = false, aside, afterwards, endpoint, save } = props;
  const action = useAction();
  const [draft, setDraft] = useState<Draft>();
  const [isRemoving, setRemoving] = useState(false);
  const close = () => {
    setDraft(undefined);
    setRemoving(false);
    action.clear();
  };
  const change = (next: Change | null, words: string) =>
    action.run(async () => {
      await save(next, draft ? draft.etag : etag);
      close();
      say(words);
    });
  const isOpen = draft !== undefined;
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    // What had the focus is gone with the editor.
    if (wasOpen.current && !isOpen) document.querySelector<HTMLElement>(OPENER)?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const begin = () => setDraft({ source: transform?.source ?? FIRST_SOURCE, etag });
  return (
    <Card
      title="Transformation"
      id="transformation"
      aside={<span class="small muted">{aside}</span>}
      actions={
        may &&
        !isOpen && (
          <>
            <Button slim icon={transform ? 'edit' : 'plus'} onClick={begin}>
              {transform === null
                ? 'Add a transformation'
                : isInherited
                  ? 'Replace the transformation'
                  : 'Edit the transformation'}
            </Button>
            {transform !== null && !isInherited && (
              <Button slim kind="quiet is-bad" icon="close" onClick={() => setRemoving(true)}>
                Remove…
              </Button>
            )}
          </>
        )
      }
      footer={
        draft &&
        'A change applies to deliveries that were not attempted yet; the others keep the version they are bound to. A transformation that is added applies to events that are accepted from then on.'
      }
      pad={isOpen}
    >
      {draft ? (
        <>
          <ChangedMeanwhile
            draft={draft}
            etag={etag}
            now={transform}
            onSeen={() => setDraft({ ...draft, etag })}
          />
          <Editor
            source={draft.source}
            onSource={(source) => setDraft({ ...draft, source })}
            endpoint={endpoint}
            actions={(isRefused) => (
              <>
                <FaultNote fault={action.fault} />
                <div class="row">
                  <Button
                    kind="primary"
                    disabled={
                      action.isBusy ||
                      isRefused ||
                      draft.source.trim() === '' ||
                      draft.source === transform?.source
                    }
                    onClick={() =>
                      change(
                        { language: 'jsonata', source: draft.source },
                        'The transformation was saved.',
                      )
                    }
                  >
                    {action.isBusy ? 'Working…' : 'Save the transformation'}
                  </Button>
                  <Button kind="quiet" onClick={close}>
                    Cancel
                  </Button>
                </div>
              </>
            )}
          />
        </>
      ) : (
        <Current transform={transform} />
      )}
      {!isOpen && props.children}
      {isRemoving && (
        <Ask
          title="Remove the transformation?"
          action="Remove it"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={close}
          onAct={() => change(null, 'The transformation was removed.')}
        >
          <p>
            {afterwards} This holds for deliveries that were not attempted yet; the others keep the
            version that they are bound to.
          </p>
        </Ask>
      )}
    </Card>
  );
}

function Current({ transform }: { readonly transform: Transform | null }) {
  if (transform === null) {
    return (
      <Empty icon="flask" title="No transformation">
        The data is sent as it was posted, byte for byte.
      </Empty>
    );
  }
  return (
    <pre class="code" dir="ltr" tabIndex={0} role="region" aria-label="Source">
      {transform.source}
    </pre>
  );
}

interface ChangedMeanwhileProps {
  readonly draft: Draft;
  readonly etag: string | null;
  readonly now: Transform | null;
  readonly onSeen: () => void;
}

function ChangedMeanwhile({ draft, etag, now, onSeen }: ChangedMeanwhileProps) {
  if (draft.etag === etag) return null;
  return (
    <Note tone="warn" live>
      <div class="stack">
        <p>
          <b>Settings were changed since you began.</b> The transformation is now{' '}
          {now === null ? 'none' : <code>{now.source}</code>}
        </p>
        <Button slim onClick={onSeen}>
          Go on with mine
        </Button>
      </div>
    </Note>
  );
}

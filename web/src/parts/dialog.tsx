// A modal question: the browser's own dialog, which keeps the focus in and gives it back.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Fault } from '../base/faults.ts';
import { Button } from './button.tsx';
import { FaultNote } from './states.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, wide, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const asked = useRef(document.activeElement);
  const isGone = useRef(false);
  useEffect(() => {
    const { current } = dialog;
    if (!current?.open) current?.showModal();
    return () => {
      // Taken out of the page it gives the focus back to nobody.
      isGone.current = true;
      current?.close();
      (asked.current as HTMLElement | null)?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : undefined}
      aria-labelledby={id}
      onClose={() => isGone.current || onClose()}
    >
      <div class="stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface AskProps {
  readonly title: string;
  /** What the button does, such as `Recover 12`. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isBusy: boolean;
  readonly isReady?: boolean;
  readonly fault: Fault | undefined;
  readonly onClose: () => void;
  readonly onAct: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/** Says what would change before it changes. */
export function Ask(props: AskProps) {
  const {
    title,
    action,
    isDangerous,
    isBusy,
    isReady = true,
    fault,
    onClose,
    onAct,
    wide,
    children,
  } = props;
  const act = (event: SubmitEvent) => {
    event.preventDefault();
    if (isReady && !isBusy) onAct();
  };
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form class="stack" onSubmit={act}>
        {children}
        <FaultNote fault={fault} />
        <div class="row">
          <Button
            type="submit"
            kind={isDangerous ? 'danger' : 'primary'}
            disabled={isBusy || !isReady}
          >
            {isBusy ? 'Working…' : action}
          </Button>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

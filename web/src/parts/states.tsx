// What a screen shows when it has nothing, not yet, not all or not for you.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Fault, titleOf } from '../base/faults.ts';
import type { Loaded } from '../base/loading.ts';
import { Button } from './button.tsx';
import { Copy } from './copy.tsx';
import { Icon, type IconName } from './icon.tsx';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export function Empty({ icon, title, children, actions }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="title">{title}</p>
      {children && <p>{children}</p>}
      {actions && <div class="row">{actions}</div>}
    </div>
  );
}

const ICONS: Record<Fault['kind'], IconName> = {
  offline: 'cloud',
  expired: 'lock',
  forbidden: 'lock',
  missing: 'search',
  conflict: 'again',
  invalid: 'warn',
  failed: 'warn',
};

export function Failed({ fault, retry }: { readonly fault: Fault; readonly retry?: () => void }) {
  return (
    <div role="alert">
      <Empty
        icon={ICONS[fault.kind]}
        title={titleOf(fault)}
        actions={
          retry &&
          fault.kind !== 'forbidden' && (
            <Button slim icon="again" onClick={retry}>
              Try again
            </Button>
          )
        }
      >
        {fault.message}
        {fault.kind === 'forbidden' && ' Ask whoever gave you access.'}
        <RequestId fault={fault} />
      </Empty>
    </div>
  );
}

function RequestId({ fault }: { readonly fault: Fault }) {
  if (fault.requestId === undefined) return null;
  return (
    <span class="sub">
      Request <code>{fault.requestId}</code> <Copy text={fault.requestId} what="the request id" />
    </span>
  );
}

/** Below a form or beside a button: each fault of the input by its path. */
export function FaultNote({ fault }: { readonly fault: Fault | undefined }) {
  if (fault === undefined) return null;
  return (
    <div class="note bad" role="alert">
      <Icon name={ICONS[fault.kind]} />
      <div>
        <p>
          <b>{titleOf(fault)}.</b> {fault.message}
        </p>
        {fault.errors.length > 0 && (
          <ul class="small">
            {fault.errors.map(({ path, message }) => (
              <li key={path + message}>
                <code>{path}</code> {message}
              </li>
            ))}
          </ul>
        )}
        <RequestId fault={fault} />
      </div>
    </div>
  );
}

/** The same heights as what comes, from 300 ms on. */
export function Bones({ rows = 5, label }: { readonly rows?: number; readonly label: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class={isShown ? 'bones' : 'bones hidden'} role="status" aria-label={`Loading ${label}`}>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} class="row">
          <span class={`bone w${(at % 3) + 1}`} />
          <span class="bone w1" />
        </div>
      ))}
    </div>
  );
}

interface ShownProps<T> {
  readonly loaded: Loaded<T>;
  readonly label: string;
  readonly rows?: number;
  readonly children: (value: T) => ComponentChildren;
}

/** A value, or why there is none yet. What was read before stays, with a line that says that it is old. */
export function Shown<T>({ loaded, label, rows, children }: ShownProps<T>) {
  const { value, fault, reload } = loaded;
  if (value === undefined)
    return fault ? (
      <Failed fault={fault} retry={reload} />
    ) : (
      <Bones label={label} rows={rows ?? 5} />
    );
  return (
    <>
      <Stale loaded={loaded} />
      {children(value)}
    </>
  );
}

type Known = Pick<Loaded<unknown>, 'value' | 'fault' | 'reload'>;

/** Beside what was read before: that it could not be read again. */
export function Stale({ loaded }: { readonly loaded: Known }) {
  const { value, fault, reload } = loaded;
  if (value === undefined || fault === undefined) return null;
  return (
    <div class="note warn" role="status">
      <Icon name="cloud" />
      <div class="row between">
        <span>Could not be read again: {fault.message} What you see may be old.</span>
        <Button slim icon="again" onClick={reload}>
          Try again
        </Button>
      </div>
    </div>
  );
}

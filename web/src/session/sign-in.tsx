// Signing in: with a link that holds a token, or by a key that is typed. Over the page where a session ended, so that
// what was typed stays.
import { useEffect, useRef, useState } from 'preact/hooks';
import { onExpired } from '../base/api.ts';
import { asFault, type Fault } from '../base/faults.ts';
import { dropToken, keepToken } from '../base/session.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { FaultNote } from '../parts/states.tsx';
import { exchangeKey } from './exchange.ts';
import { askProvider, hasProvider, signInBeside } from './own-account.ts';

interface SignInProps {
  readonly onToken: () => void;
  readonly fault?: Fault;
}

function KeyForm({ onToken, fault: before }: SignInProps) {
  const [key, setKey] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    try {
      keepToken(await exchangeKey(key.trim()));
      onToken();
    } catch (error) {
      dropToken();
      setFault(asFault(error));
    }
    setBusy(false);
  };
  return (
    <form class="stack" onSubmit={submit}>
      <Field
        label="Operator’s key"
        type="password"
        value={key}
        onInput={setKey}
        required
        autoFocus
        hint="It is exchanged for a session of 8 hours, which ends with this tab. The key itself is not kept."
      />
      <FaultNote fault={fault ?? before} />
      <Button type="submit" kind="primary" disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}

export function SignIn({ onToken, fault }: SignInProps) {
  useEffect(() => {
    document.title = 'Sign in · Posthorn';
  }, []);
  return (
    <main class="door" id="main">
      <section class="card pad stack" aria-labelledby="title">
        <span class="brand">
          <Icon name="horn" />
          Posthorn
        </span>
        <h1 id="title">Sign in to the console</h1>
        <KeyForm onToken={onToken} fault={fault} />
        <hr />
        <OwnAccount ask={askProvider} />
      </section>
    </main>
  );
}

/** Requests wait for it, and go on with the new token. @param onToken is told of it */
export function Expired({ onToken }: Pick<SignInProps, 'onToken'>) {
  const [waiting, setWaiting] = useState<((isRenewed: boolean) => void)[]>([]);
  useEffect(() => {
    onExpired(() => new Promise((resolve) => setWaiting((others) => [...others, resolve])));
    return () => onExpired(async () => false);
  }, []);
  const isOver = waiting.length > 0;
  const [isOffered, setOffered] = useState(false);
  useEffect(() => {
    if (isOver) void hasProvider().then(setOffered);
  }, [isOver]);
  const waits = useRef(waiting);
  waits.current = waiting;
  if (!isOver) return null;
  const end = (isRenewed: boolean) => {
    for (const resolve of waits.current) resolve(isRenewed);
    setWaiting([]);
    if (isRenewed) onToken();
  };
  const beside = async () => {
    keepToken(await signInBeside());
    end(true);
  };
  return (
    <Dialog title="Your session ended" onClose={() => end(false)}>
      <p>Sign in again to go on here: what you typed is kept.</p>
      {isOffered && (
        <>
          <OwnAccount ask={beside} />
          <hr />
        </>
      )}
      <KeyForm onToken={() => end(true)} />
      <Button kind="quiet" onClick={() => end(false)}>
        Not now
      </Button>
    </Dialog>
  );
}

/** @param ask may never end, where the person closes the provider's window: it can be asked again */
function OwnAccount({ ask }: { readonly ask: () => Promise<void> }) {
  const [fault, setFault] = useState<Fault>();
  const begin = () => {
    setFault(undefined);
    ask().catch((error: unknown) => setFault(asFault(error)));
  };
  return (
    <>
      <Button icon="user" onClick={begin}>
        Sign in with your own account
      </Button>
      <FaultNote fault={fault} />
    </>
  );
}

/** In a window of its own: the page that opened it goes on. */
export function Elsewhere() {
  return (
    <main class="door" id="main">
      <section class="card pad stack">
        <h1>Signing in</h1>
        <p>This window closes by itself. Close it if it stays, and go on where you were.</p>
      </section>
    </main>
  );
}

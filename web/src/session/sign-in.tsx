// Signing in: with a link that holds a token, or by a key that is typed. Over the page where a session ended, so that
// what was typed stays.
import { useEffect, useState } from 'preact/hooks';
import { onExpired } from '../base/api.ts';
import { asFault, type Fault } from '../base/faults.ts';
import { useAction } from '../base/loading.ts';
import { dropToken, keepToken } from '../base/session.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { FaultNote } from '../parts/states.tsx';
import { exchangeKey } from './exchange.ts';
import { askProvider } from './own-account.ts';

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
        <OwnAccount />
      </section>
    </main>
  );
}

/** Requests wait for it, and go on with the new token. */
export function Expired() {
  const [waiting, setWaiting] = useState<((isRenewed: boolean) => void)[]>([]);
  useEffect(() => {
    onExpired(() => new Promise((resolve) => setWaiting((others) => [...others, resolve])));
    return () => onExpired(async () => false);
  }, []);
  if (waiting.length === 0) return null;
  const end = (isRenewed: boolean) => {
    for (const resolve of waiting) resolve(isRenewed);
    setWaiting([]);
  };
  return (
    <Dialog title="Your session ended" onClose={() => end(false)}>
      <p>Sign in again to go on here: what you typed is kept.</p>
      <KeyForm onToken={() => end(true)} />
      <Button kind="quiet" onClick={() => end(false)}>
        Not now
      </Button>
    </Dialog>
  );
}

function OwnAccount() {
  const action = useAction();
  return (
    <>
      <Button icon="user" disabled={action.isBusy} onClick={() => action.run(askProvider)}>
        Sign in with your own account
      </Button>
      <FaultNote fault={action.fault} />
    </>
  );
}

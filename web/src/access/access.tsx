// Who has access: keys, sessions, and the keys that sign.
import { useScope } from '../base/loading.ts';
import { Head } from '../parts/layout.tsx';
import { useWho } from '../session/who.ts';
import { ConsoleSessions } from './console-sessions.tsx';
import { Keys } from './keys.tsx';
import { Sessions } from './sessions.tsx';
import { SealingKeys, SigningKeys } from './signing.tsx';

/** What only the operator's key and admins are shown: who else is signed in to the console. */
export function Operators() {
  const { isOperator, role } = useWho();
  return isOperator && (role ?? 'admin') === 'admin' ? <ConsoleSessions /> : null;
}

export function Access() {
  const { isOperator } = useWho();
  const { tenant, environment } = useScope();
  return (
    <>
      <Head
        title="Keys and sessions"
        lead={`Who may call the API${tenant ? ` for ${tenant}, ${environment}` : ''}, and which keys sign.`}
      />
      <div class="stack">
        <Keys />
        <Sessions />
        <SigningKeys />
        {isOperator && <SealingKeys />}
        <Operators />
      </div>
    </>
  );
}

// Who has access: keys, sessions, and the keys that sign.
import { useScope } from '../base/loading.ts';
import { Head } from '../parts/layout.tsx';
import { useWho } from '../session/who.ts';
import { Keys } from './keys.tsx';
import { Sessions } from './sessions.tsx';
import { SealingKeys, SigningKeys } from './signing.tsx';

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
      </div>
    </>
  );
}

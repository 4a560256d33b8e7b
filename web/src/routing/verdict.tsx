// What a routing rule makes of an event, and why it does not match.
import { Badge, type Tone } from '../parts/badge.tsx';
import type { IconName } from '../parts/icon.tsx';
import { None } from '../parts/layout.tsx';

export interface RuleVerdict {
  readonly verdict: 'matches' | 'fails' | 'stopped';
  readonly failures: readonly { readonly path: string; readonly message: string }[];
}

export interface Routed {
  readonly routing?: {
    readonly channels: readonly string[];
    readonly rules: readonly RuleVerdict[];
  };
}

const WORDS: Readonly<Record<RuleVerdict['verdict'], readonly [Tone, IconName, string]>> = {
  matches: ['ok', 'check', 'Matches'],
  fails: ['plain', 'close', 'Does not match'],
  stopped: ['off', 'slash', 'Not judged'],
};

export function Verdict({ of: { verdict, failures } }: { readonly of: RuleVerdict }) {
  const [tone, icon, words] = WORDS[verdict];
  return (
    <>
      <Badge tone={tone} icon={icon}>
        {words}
      </Badge>
      {failures.length > 0 && (
        <ul class="small muted">
          {failures.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path || '/'}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function Channels({ of: channels }: { readonly of: readonly string[] }) {
  if (channels.length === 0) return <None />;
  return channels.map((one) => <code key={one}>{one} </code>);
}

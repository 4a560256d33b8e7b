// Copies a text, and says so where a screen reader hears it.
import { useState } from 'preact/hooks';
import { Button } from './button.tsx';

interface CopyProps {
  readonly text: string | (() => string | Promise<string>);
  readonly what: string;
  /** The words on the button; without them only the icon is shown. */
  readonly words?: string;
  /** As high as the buttons beside it. */
  readonly tall?: boolean;
}

export function Copy({ text, what, words, tall }: CopyProps) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : await text());
      setSaid('Copied');
    } catch {
      setSaid('Could not be copied');
    }
    setTimeout(() => setSaid(''), 3000);
  };
  const isIcon = words === undefined;
  return (
    <>
      <Button
        icon={said === 'Copied' ? 'tick' : 'copy'}
        slim={!tall}
        kind={isIcon ? 'quiet' : undefined}
        label={isIcon ? `Copy ${what}` : undefined}
        onClick={copy}
      >
        {isIcon ? undefined : said || words}
      </Button>
      <span class="sr" role="status">
        {said}
      </span>
    </>
  );
}

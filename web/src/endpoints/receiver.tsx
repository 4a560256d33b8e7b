// A receiver in a few languages.
import { useState } from 'preact/hooks';
import { Copy } from '../parts/copy.tsx';
import { Segments } from '../parts/field.tsx';
import { snippetsOf } from './snippets.ts';

export function Receiver({ contract }: { readonly contract: string }) {
  const [language, setLanguage] = useState('TypeScript');
  const snippets = snippetsOf(contract);
  if (snippets.length === 0) {
    return (
      <p>
        Whole receivers for <code>{contract}</code> in seven languages come with Posthorn:{' '}
        <code>docs/receivers/{contract}.md</code>.
      </p>
    );
  }
  const shown = snippets.find((one) => one.language === language) ?? snippets[0];
  return (
    <>
      <div class="row between">
        <Segments
          label="Language"
          value={language}
          options={snippets.map((one) => [one.language, one.language] as const)}
          onChange={setLanguage}
        />
        <Copy text={shown?.code ?? ''} what="the receiver" words="Copy" />
      </div>
      <pre class="code" dir="ltr" role="region" aria-label={`Receiver in ${language}`} tabIndex={0}>
        {shown?.code}
      </pre>
    </>
  );
}

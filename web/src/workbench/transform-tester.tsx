// A transformation before any endpoint has it.
import { useState } from 'preact/hooks';
import { EndpointChoice } from '../lookups/endpoint-parts.tsx';
import { useEndpoints } from '../lookups/endpoints.ts';
import { Card } from '../parts/layout.tsx';
import { Editor } from '../transforms/editor.tsx';

const SOURCE = '{\n  "kind": $event.type,\n  "data": $\n}';

export function TransformTester() {
  const endpoints = useEndpoints();
  const [endpoint, setEndpoint] = useState('');
  const [source, setSource] = useState(SOURCE);
  const choose = (id: string) => {
    setEndpoint(id);
    const known = endpoints.value?.get(id)?.transform;
    if (known) setSource(known.source);
  };
  return (
    <Card
      title="Transformation"
      aside={<span class="small muted">What would a receiver get?</span>}
      pad
    >
      <div class="filters">
        <EndpointChoice
          endpoints={endpoints.value}
          value={endpoint}
          any="No endpoint"
          onChange={choose}
        />
      </div>
      <Editor
        key={endpoint}
        source={source}
        onSource={setSource}
        endpoint={endpoint || undefined}
      />
    </Card>
  );
}

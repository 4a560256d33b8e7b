// What would happen? A filter and a transformation against data, and a retry policy against an outage. Nothing is sent.
import { Head } from '../parts/layout.tsx';
import { FilterTester } from './filter-tester.tsx';
import { PolicySimulator } from './policy-simulator.tsx';
import { TransformTester } from './transform-tester.tsx';

export function Workbench() {
  return (
    <>
      <Head
        title="Workbench"
        lead="Try a filter, a transformation or a retry policy before you change one. Nothing is sent, nothing is stored."
      />
      <div class="stack">
        <FilterTester />
        <TransformTester />
        <PolicySimulator />
      </div>
    </>
  );
}

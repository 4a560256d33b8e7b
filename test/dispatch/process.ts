// The dispatch function's own bundle in a process of its own, so that its memory can be read: invokes it
// for the batches of tests that come as JSON on stdin, each batch side by side, and sends its parent what came of them.
import { text } from 'node:stream/consumers';

interface Order {
  readonly bundleUrl: string;
  readonly batches: readonly (readonly unknown[])[];
}

const { bundleUrl, batches } = JSON.parse(await text(process.stdin)) as Order; // the test writes it
const { handler } = await import(bundleUrl);
const beforeMb = process.resourceUsage().maxRSS / 1024;
const context = { awsRequestId: 'test', getRemainingTimeInMillis: () => 60_000 };
const outcomes: string[][] = [];
for (const batch of batches) {
  const results = await Promise.all(batch.map((event) => handler(event, context)));
  outcomes.push(results.map(({ outcome }) => outcome));
}
// The highest that it ever was, not what is left in the end.
const peakMb = process.resourceUsage().maxRSS / 1024;
process.send?.({ outcomes, beforeMb, peakMb }, () => process.exit(0));

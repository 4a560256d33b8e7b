// A link that opens the console of `npm start`: a session made with the operator's key, which is not in it.
import { z } from 'zod';
import type { Runtime } from '../runtime.ts';

const madeShape = z.object({ url: z.string() });

export async function consoleLink({ url, operatorKey }: Runtime): Promise<string> {
  const response = await fetch(`${url}/v1/console-sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ actor: 'npm start' }),
  });
  if (!response.ok) throw new Error(`/v1/console-sessions answered ${response.status}`);
  return madeShape.parse(await response.json()).url;
}

// A table's stream in another thread: asked over a port of its own, and answered once it is read.
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { StreamReader } from './table-stream.ts';

type Question = {
  [Name in 'read' | 'forget']: {
    readonly id: number;
    readonly name: Name;
    readonly given: Parameters<StreamReader[Name]>;
  };
}['read' | 'forget'];
type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly fault: string });
/** Said once for all that was written since the last question. */
const WRITTEN = 'written';

/** In the stream's thread. */
export function serveStream(port: MessagePort, stream: StreamReader): void {
  let isSaid = false;
  const sayWritten = (): void => {
    if (!isSaid) port.postMessage(WRITTEN);
    isSaid = true;
  };
  const answerTo = ({ name, given }: Question): Promise<unknown> =>
    name === 'read' ? stream.read(...given) : stream.forget(...given);
  port.on('message', async (question: Question) => {
    isSaid = false;
    const { id } = question;
    const answer: Answer = await answerTo(question).then(
      (value) => ({ id, value }),
      (error) => ({ id, fault: String(error) }),
    );
    port.postMessage(answer);
  });
  stream.onWritten(sayWritten);
  sayWritten();
}

/** Once the other end serves: what is written from then on is in the stream. */
export async function askedStream(port: MessagePort): Promise<StreamReader> {
  await once(port, 'message');
  const listeners = new Set<() => void>();
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  let questions = 0;
  port.on('message', (message: typeof WRITTEN | Answer) => {
    if (message === WRITTEN) {
      for (const listener of listeners) listener();
      return;
    }
    const question = asked.get(message.id);
    asked.delete(message.id);
    if ('fault' in message) question?.reject(new Error(message.fault));
    else question?.resolve(message.value);
  });
  port.unref();
  const ask = <Name extends 'read' | 'forget'>(
    name: Name,
    given: Parameters<StreamReader[Name]>,
  ): ReturnType<StreamReader[Name]> => {
    const id = questions++;
    const question = Promise.withResolvers<unknown>();
    asked.set(id, question);
    port.postMessage({ id, name, given });
    return question.promise as ReturnType<StreamReader[Name]>; // the other end's answer
  };
  return {
    onWritten: (listener) => void listeners.add(listener),
    read: (...given) => ask('read', given),
    forget: (...given) => ask('forget', given),
  };
}

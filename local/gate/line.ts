// Questions to another thread, answered before the asking thread goes on: what both know of is never out of step.
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** A thread that does not answer for so long is dead. */
const MAX_WAIT_MS = 30_000;

/** The end that answers; the port is handed over with it. */
export interface AnsweringEnd {
  readonly port: MessagePort;
  /** 1 once the answer is there. */
  readonly answered: Int32Array;
}

type Methods<T> = { [Name in keyof T]: (...given: never[]) => unknown };
type Question = { readonly name: string; readonly given: readonly unknown[] };
type Answer = { readonly value: unknown } | { readonly fault: string };

/** @returns one end, and an object whose methods are those that the other end serves */
export function openLine<T extends Methods<T>>(): { end: AnsweringEnd; asked: T } {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const ask = (name: string, given: readonly unknown[]): unknown => {
    Atomics.store(answered, 0, 0);
    port1.postMessage({ name, given } satisfies Question);
    if (Atomics.wait(answered, 0, 0, MAX_WAIT_MS) === 'timed-out') {
      throw new Error(`the other thread does not answer ${name}`);
    }
    const answer: Answer = receiveMessageOnPort(port1)?.message;
    if ('fault' in answer) throw new Error(answer.fault);
    return answer.value;
  };
  const methods = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...given: unknown[]) =>
          ask(String(name), given),
    },
  );
  return { end: { port: port2, answered }, asked: methods as T };
}

export function serveLine<T extends Methods<T>>({ port, answered }: AnsweringEnd, served: T): void {
  port.on('message', ({ name, given }: Question) => {
    port.postMessage(answerTo(served[name as keyof T], given));
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
}

function answerTo(
  method: ((...given: never[]) => unknown) | undefined,
  given: readonly unknown[],
): Answer {
  try {
    return { value: method?.(...(given as never[])) };
  } catch (error) {
    return { fault: String(error) };
  }
}

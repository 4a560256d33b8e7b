// Faults that are injected are nothing to read: what functions log of them is left out, and errors carry no stack.

const IS_LOG_LINE = /^\{"(?:level|message|_aws)":/;

export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  streams.forEach((stream, index) => {
    const write = writes[index]?.bind(stream) as typeof stream.write;
    stream.write = ((text: string, ...more: never[]) =>
      IS_LOG_LINE.test(String(text)) || write(text, ...more)) as typeof stream.write;
  });
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    streams.forEach((stream, index) => {
      stream.write = writes[index] as typeof stream.write;
    });
  }
}

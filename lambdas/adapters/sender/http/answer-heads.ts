// Reads the heads of answers before undici's parser does, and hands on what that takes. A client must skip interim
// answers that it did not ask for (RFC 9110, section 15.2) and unfold header lines (RFC 9112, section 5.2). undici
// 8.12 gives up the connection at a `100 Continue` (client-h1.js, `onHeadersComplete`), and at a folded line.
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

export class AnswerError extends Error {
  readonly code: 'POSTHORN_NOT_HTTP' | 'POSTHORN_OTHER_PROTOCOL' | 'POSTHORN_INTERIM_OVERFLOW';

  constructor(code: AnswerError['code']) {
    super('the answer cannot be taken');
    this.code = code;
  }
}

/** All interim answers before one final answer, with what they hold. */
const MAX_INTERIM_BYTES = 32 * 1024;
/** `#` is a digit. */
const STATUS_LINE = 'HTTP/#.# ###';
const [LF, CR, SPACE] = [10, 13, 32];
const NOTHING = Buffer.alloc(0);

/** To be called with each connection before undici has it: it reads with `read()` alone. */
export function readAnswerHeads(socket: Socket): void {
  const read = socket.read.bind(socket);
  const heads = new AnswerHeads();
  headsOf.set(socket, heads);
  socket.read = (size?: number): Buffer | null => {
    if (size !== undefined) return read(size);
    for (;;) {
      const chunk: Buffer | null = read();
      if (chunk === null) return null;
      try {
        const handedOn = heads.take(chunk);
        if (handedOn.length > 0) return handedOn;
      } catch (error) {
        socket.destroy(error as AnswerError);
        return null;
      }
    }
  };
}

const headsOf = new WeakMap<object, AnswerHeads>();

// As in phases.ts: this is how undici says that a request goes out on a socket. It sends one after the other.
subscribe('undici:client:sendHeaders', (message) => {
  const { socket } = message as { readonly socket: object };
  headsOf.get(socket)?.expect();
});

class AnswerHeads {
  /** Where the next byte belongs: before a status line, in an interim answer, in a final head, after it. */
  #stage: 'line' | 'interim' | 'head' | 'rest' = 'rest';
  /** Too few bytes to tell what they are. */
  #held: Buffer = NOTHING;
  #interimBytes = 0;

  expect(): void {
    this.#stage = 'line';
    this.#held = NOTHING;
    this.#interimBytes = 0;
  }

  /** @returns what there is of the final answer @throws AnswerError */
  take(chunk: Buffer): Buffer {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    while (this.#stage === 'line' || this.#stage === 'interim') {
      const rest = this.#stage === 'line' ? this.#atLine(bytes) : this.#afterInterim(bytes);
      if (rest === undefined) return NOTHING;
      bytes = rest;
    }
    return this.#stage === 'head' ? this.#unfold(bytes) : bytes;
  }

  #atLine(bytes: Buffer): Buffer | undefined {
    const start = bytes.findIndex((byte) => byte !== CR && byte !== LF);
    if (start !== 0) return this.#skip(bytes, start === -1 ? bytes.length : start);
    const after = bytes[STATUS_LINE.length];
    if (!beginsWithStatus(bytes)) {
      this.#stage = 'head';
    } else if (after === undefined) {
      this.#held = bytes;
      return undefined;
    } else {
      const status = bytes.toString('latin1', 9, 12);
      if (status.startsWith('0')) throw new AnswerError('POSTHORN_NOT_HTTP');
      if (status === '101') throw new AnswerError('POSTHORN_OTHER_PROTOCOL');
      const isInterim = status.startsWith('1') && [SPACE, CR, LF].includes(after);
      this.#stage = isInterim ? 'interim' : 'head';
    }
    return bytes;
  }

  #afterInterim(bytes: Buffer): Buffer | undefined {
    const end = /\n\r?\n/.exec(bytes.toString('latin1'));
    if (end) this.#stage = 'line';
    // The last two may be the first of an empty line.
    const length = end ? end.index + end[0].length : Math.max(0, bytes.length - 2);
    const rest = this.#skip(bytes, length);
    if (end) return rest;
    this.#held = rest ?? bytes;
    return undefined;
  }

  #skip(bytes: Buffer, length: number): Buffer | undefined {
    this.#interimBytes += length;
    if (this.#interimBytes > MAX_INTERIM_BYTES) throw new AnswerError('POSTHORN_INTERIM_OVERFLOW');
    return bytes.length > length ? bytes.subarray(length) : undefined;
  }

  /** In place: the two bytes of a line break before a space become spaces. */
  #unfold(bytes: Buffer): Buffer {
    for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
      const line = bytes.toString('latin1', at, at + 4);
      if (line === '\r\n\r\n') {
        this.#stage = 'rest';
        break;
      }
      if ('\r\n\r\n'.startsWith(line)) {
        this.#held = bytes.subarray(at);
        return bytes.subarray(0, at);
      }
      if (/^\r\n[\t ]/.test(line)) bytes.fill(SPACE, at, at + 2);
    }
    return bytes;
  }
}

function beginsWithStatus(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, STATUS_LINE.length).replaceAll(/\d/g, '#');
  return STATUS_LINE.startsWith(text);
}

// W3C Trace Context (https://www.w3.org/TR/trace-context/): taken from the producer's request, kept with the
// event, and passed on to receivers with a new parent for each attempt.
import type { Headers } from '../headers/names.ts';

export interface TraceContext {
  /** `00-<trace id>-<parent id>-<flags>`, as it came. */
  readonly parent: string;
  /** What tracing systems say to one another; passed on as it came. */
  readonly state?: string;
}

/** Section 3.2: a later version is read as far as this one goes. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Section 3.3.1.5: at least so much of a `tracestate` is passed on, and it may be left out above. */
const MAX_STATE_LENGTH = 512;
const MAX_STATE_MEMBERS = 32;
/** Section 3.3.1.3. */
const STATE_MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Trace context never makes a request fail: invalid values are ignored. */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  if (traceparent === undefined || traceparent.length > 256) return undefined;
  const [, version, traceId = '', parentId = '', flags, more] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff') return undefined;
  if (version === '00' && more !== undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  const parent = `00-${traceId}-${parentId}-${flags}`;
  return isTraceState(tracestate) ? { parent, state: tracestate } : { parent };
}

function isTraceState(state: string | undefined): state is string {
  if (state === undefined || state.length > MAX_STATE_LENGTH) return false;
  const members = state.split(',').map((member) => member.trim());
  const filled = members.filter((member) => member !== '');
  return (
    filled.length > 0 &&
    members.length <= MAX_STATE_MEMBERS &&
    filled.every((member) => STATE_MEMBER.test(member))
  );
}

export function traceIdOf({ parent }: TraceContext): string {
  return parent.slice(3, 35);
}

/** @param random 8 bytes: the id of the attempt, as the receiver's parent */
export function traceHeaders({ parent, state }: TraceContext, random: Uint8Array): Headers {
  const id = Buffer.from(random).toString('hex');
  // An id of zeroes is not valid.
  const parentId = /^0*$/.test(id) ? '0000000000000001' : id;
  return [
    ['traceparent', `${parent.slice(0, 36)}${parentId}${parent.slice(52)}`],
    ...(state === undefined ? [] : ([['tracestate', state]] as const)),
  ];
}

/** A trace as it was kept, for an event to hold. */
export function traceOf(
  parent: string | undefined,
  state: string | undefined,
): { readonly trace?: TraceContext } {
  if (parent === undefined) return {};
  return { trace: state === undefined ? { parent } : { parent, state } };
}

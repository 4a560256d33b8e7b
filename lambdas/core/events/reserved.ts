// Event types that Posthorn makes itself: what it tells people about the state of their endpoints.

export const RESERVED_PREFIX = 'posthorn.';

export function isReserved(type: string): boolean {
  return type.startsWith(RESERVED_PREFIX);
}

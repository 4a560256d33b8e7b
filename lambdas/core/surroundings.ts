/** Time and randomness: the only source of both. */
export interface Surroundings {
  /** Unix time in milliseconds. */
  now(): number;
  random(bytes: number): Uint8Array;
  sleep(ms: number): Promise<void>;
}

/** Random: tells whose write the latest one was. */
export function writerOf({ random }: Pick<Surroundings, 'random'>): string {
  return Buffer.from(random(9)).toString('base64url');
}

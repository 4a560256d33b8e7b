/** Time and randomness: the only source of both. */
export interface Surroundings {
  /** Unix time in milliseconds. */
  now(): number;
  random(bytes: number): Uint8Array;
  sleep(ms: number): Promise<void>;
}

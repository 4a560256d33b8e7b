/**
 * Reads, decides and writes again until nobody else was faster.
 * @param attempt resolves to undefined if the write was overtaken
 * @returns what the attempt that was written gave; undefined if all were overtaken
 */
export async function optimistically<T>(
  rounds: number,
  attempt: (round: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let round = 0; round < rounds; round++) {
    const written = await attempt(round);
    if (written !== undefined) return written;
  }
  return undefined;
}

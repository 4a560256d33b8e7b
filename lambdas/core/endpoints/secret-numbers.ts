// What tells an endpoint's secrets apart for receivers, through rotations.
import type { Endpoint } from './endpoint.ts';

/**
 * The numbers of all secrets that sign, newest first: a secret keeps its own as long as it signs. Where none was noted,
 * before the first rotation and of earlier ones, it is the place among them.
 */
export function secretNumbersOf({
  sealedSecrets,
  secretNumber,
  retiringSecrets = [],
}: Pick<Endpoint, 'sealedSecrets' | 'secretNumber' | 'retiringSecrets'>): number[] {
  const noted = [...sealedSecrets.map((_, at) => (at === 0 ? secretNumber : undefined))];
  return [...noted, ...retiringSecrets.map(({ number }) => number)].map(
    (number, at) => number ?? at + 1,
  );
}

// What the acceptance tests run against. One suite, two targets: the embedded runtime, and a deployed
// stack (`npm run test:deploy` says where). Tests of the embedded runtime's process or terminal are in
// `embedded/`.
import { inject } from 'vitest';
import { deployedAws, deployedTarget } from './deployed-target.ts';
import { startEmbedded, startEmbeddedInside } from './embedded-target.ts';
import type { Target, TargetAws } from './target.ts';

export async function openTarget(): Promise<Target> {
  const deployed = inject('deployed');
  return deployed ? deployedTarget(deployed) : startEmbedded();
}

export async function openTargetWithAws(): Promise<Target & { readonly aws: TargetAws }> {
  const deployed = inject('deployed');
  if (!deployed) return startEmbeddedInside();
  return { ...deployedTarget(deployed), aws: deployedAws(deployed) };
}

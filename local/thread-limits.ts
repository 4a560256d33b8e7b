// What threads of this process may take.
import type { ResourceLimits } from 'node:worker_threads';

/**
 * The young generation has half of V8's own size: what is collected a little more often takes 30 MB less of each thread
 * under load. The old one is a quarter of V8's own on a large machine: the more it may take, the later V8 collects, and a
 * start took 60 MB more.
 */
export const THREAD_LIMITS: ResourceLimits = {
  maxYoungGenerationSizeMb: 24,
  maxOldGenerationSizeMb: 1_024,
};

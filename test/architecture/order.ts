// What each layer may import, as CONTRIBUTING's table says, and the written order of the folders in it.
//
// The order: each entry may import itself and what stands before it in its list,
// never what stands after it. Entries of one line are siblings, which do not import each other.
// A new folder, or a new file beside folders, takes its place here.

/** By the beginning of a path, the longest that fits: the beginnings of what it may import from the repository. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'lambdas/environment.ts': [],
  'lambdas/core/': ['lambdas/core/'],
  'lambdas/adapters/': ['lambdas/core/', 'lambdas/adapters/', 'lambdas/environment.ts'],
  'lambdas/http/': [
    'lambdas/core/',
    'lambdas/adapters/',
    'lambdas/http/',
    'lambdas/environment.ts',
  ],
  'lambdas/': ['lambdas/'],
  'lib/': [
    'lib/',
    'lambdas/environment.ts',
    'lambdas/core/settings.ts',
    'lambdas/core/metrics.ts',
    // Not imported, but named: esbuild puts them into the bundles.
    'lambdas/adapters/aws/credentials.ts',
  ],
  'bin/': ['lib/'],
  'local/': ['local/', 'lambdas/environment.ts'],
  'local/simulation/': ['local/', 'lambdas/'],
  'client/': ['client/'],
  'examples/': ['examples/', 'client/'],
  'scripts/': ['scripts/', 'lambdas/', 'lib/', 'client/'],
  'bench/': ['bench/', 'lambdas/', 'lib/', 'local/', 'test/builders/', 'test/hostile/attacks/'],
};

/** Packages that core may import: rules need no system. */
export const CORE_PACKAGES: readonly string[] = [
  '@noble/hashes/sha3.js',
  'ipaddr.js',
  'jose',
  'jsonc-parser',
  'node:crypto',
  'node:util',
  'node:zlib',
  're2js',
  'structured-headers',
  'typeid-js',
  'zod',
];

/**
 * Files of functions that may use `Promise.all`, which rejects while the others are under way: around what only reads,
 * or never rejects. All else uses `inParallel` or `eachByItself`.
 */
export const TOGETHER: readonly string[] = [
  'lambdas/adapters/aws/dynamodb/client.ts',
  'lambdas/adapters/items/listing.ts',
  'lambdas/adapters/ledger/dead.ts',
  'lambdas/adapters/ledger/wakes.ts',
  'lambdas/adapters/ledger/work.ts',
  'lambdas/adapters/registry/subscriber-cache.ts',
  'lambdas/adapters/sender/agents.ts',
  'lambdas/api/deliveries/actions.ts',
  'lambdas/api/deliveries/of-event.ts',
  'lambdas/api/signing/routes.ts',
  'lambdas/core/deliveries/failed-record.ts',
  'lambdas/core/in-parallel.ts',
  'lambdas/dispatch/dispatch.ts',
  'lambdas/fan-out/fan-out.ts',
  'lambdas/wake/release.ts',
];

/** Names end in a slash for folders; files have no ending. */
export type Order = readonly (string | readonly string[])[];

export const ORDER: Readonly<Record<string, Order>> = {
  lambdas: [
    'environment',
    'core/',
    'adapters/',
    'http/',
    ['ingest/', 'fan-out/', 'dispatch/', 'wake/', 'sweep/', 'record/', 'rollup/', 'web/'],
    'api/',
  ],
  'lambdas/core': [
    // Words and tools that every rule may use.
    ['defined', 'in-parallel', 'instant', 'optimistic', 'recent', 'redelivered', 'steps', 'time'],
    ['errors', 'listing', 'scope', 'surroundings'],
    ['headers/', 'identifiers', 'message-format', 'problem'],
    'tombstone',
    'faults',
    'json/',
    'sealing/',
    'retries/',
    // From what came in to what goes out.
    'events/',
    'event-types/',
    'subscriptions/',
    'signing/',
    'contracts/',
    'destinations/',
    'health/',
    'edge/',
    'keys/',
    'sessions/',
    'settings',
    'endpoints/',
    'templates/',
    'deliveries/',
    'analytics/',
    'recommendations/',
    'requests/',
    'replays/',
    'tenants/',
    // Procedures over the ports of several capabilities.
    'erasure/',
    'wakes/',
    'operator/',
    'resealing/',
    'dead-letters',
    'metrics',
  ],
  'lambdas/adapters': [
    ['log', 'surroundings', 'undici-agent.d'],
    'metrics',
    ['queue-batch', 'aws/'],
    'on-demand/',
    'items/',
    'ledger/',
    'queues/',
    'registry/',
    'analytics/',
    'secrets',
    'sender/',
    'test-deliveries',
  ],
  'lambdas/api': [
    ['entity-tag', 'lookups', 'schemas', 'stored-settings'],
    'listing/',
    ['signing/', 'sealing/', 'sessions/', 'subscriptions/', 'service/', 'event-types/', 'tenants/'],
    'keys/',
    'templates/',
    'endpoints/',
    'deliveries/',
    'events/',
    'replays/',
    'analytics/',
    'wiring/',
    'handler',
  ],
  lib: [
    ['configuration', 'instance'],
    ['queue-with-dead-letters', 'viewer/', 'web-app/'],
    'node-function/',
    ['archive', 'http-front', 'keys', 'static-egress', 'storage', 'wake-up'],
    'functions/',
    'monitoring/',
    'posthorn',
    'posthorn-stack',
  ],
  local: [
    [
      'aws-names',
      'dynalite.d',
      'json',
      'process-facts',
      'start-failure',
      'terminal',
      'thread-limits',
    ],
    ['data-folder', 'destination-rules', 'shutdown'],
    'stack/',
    'gate/',
    ['dynamodb/', 's3/', 'secrets/', 'sqs/'],
    'functions/',
    ['http/', 'receiver/', 'scheduler/'],
    'runtime',
    'start/',
    'start',
    'simulation/',
  ],
  'local/simulation': [
    'memory/',
    ['options', 'random', 'sample-payload', 'system/'],
    'world',
    'simulate',
    'main',
  ],
};

/**
 * The names of the environment variables that the stack sets and the functions read. Values are
 * documented in docs/configuration.md.
 */
export const Env = {
  /** Name of the table that holds tenants, keys, endpoints and signing keys. */
  registryTable: 'REGISTRY_TABLE',
  /** Name of the table that holds events, deliveries, dedupe keys and the wake directory. */
  ledgerTable: 'LEDGER_TABLE',
  /** Name of the bucket that holds the archive of attempts. */
  archiveBucket: 'ARCHIVE_BUCKET',
  /** Seconds that the ledger's stream gathers writes for record. */
  archiveWindowSeconds: 'ARCHIVE_WINDOW_SECONDS',
  eventsQueueUrl: 'EVENTS_QUEUE_URL',
  deliveriesQueueUrl: 'DELIVERIES_QUEUE_URL',
  /** The lane of endpoints that are known to be slow. */
  slowQueueUrl: 'SLOW_QUEUE_URL',
  retriesQueueUrl: 'RETRIES_QUEUE_URL',
  wakesQueueUrl: 'WAKES_QUEUE_URL',
  wakesQueueArn: 'WAKES_QUEUE_ARN',
  eventsDeadLettersUrl: 'EVENTS_DEAD_LETTERS_URL',
  deliveriesDeadLettersUrl: 'DELIVERIES_DEAD_LETTERS_URL',
  slowDeadLettersUrl: 'SLOW_DEAD_LETTERS_URL',
  retriesDeadLettersUrl: 'RETRIES_DEAD_LETTERS_URL',
  wakesDeadLettersUrl: 'WAKES_DEAD_LETTERS_URL',
  /** Name of the EventBridge Scheduler group that wake-ups are created in. */
  scheduleGroup: 'SCHEDULE_GROUP',
  /** ARN of the role that EventBridge Scheduler takes on to send to the wakes queue. */
  scheduleRoleArn: 'SCHEDULE_ROLE_ARN',
  /** ARN of the secret with the sealing keys: see core/sealing/secret.ts. */
  sealingSecretArn: 'SEALING_SECRET_ARN',
  /** ARN of the secret with the operator's key. */
  operatorSecretArn: 'OPERATOR_SECRET_ARN',
  /** Name of the dispatch function, for tests of endpoints. */
  dispatchFunctionName: 'DISPATCH_FUNCTION_NAME',
  /** What AWS's host names end with in the stack's partition: `amazonaws.com`. */
  urlSuffix: 'URL_SUFFIX',
  /** The stack's name: a dimension of every metric. */
  instanceName: 'POSTHORN_STACK',
  /** JSON: the runtime part of the configuration, parsed by lambdas/core/settings.ts. */
  settings: 'POSTHORN_SETTINGS',
  /** `true` only in the embedded runtime: endpoints may be plain HTTP. */
  allowHttp: 'POSTHORN_ALLOW_HTTP',
  /** `true` only in the embedded runtime: endpoints may be on private and loopback addresses. */
  allowPrivate: 'POSTHORN_ALLOW_PRIVATE',
  /** Comma-separated ports that endpoints may use, or `*`. */
  allowedPorts: 'POSTHORN_ALLOWED_PORTS',
  /** Comma-separated names of the stack's own API, which endpoints may not lead to. */
  ownHosts: 'POSTHORN_OWN_HOSTS',
  /** Only where the stack sends mails: the API's address, which their links begin with. */
  apiUrl: 'POSTHORN_API_URL',
  /** Only there: the configuration set of Amazon SES. */
  mailConfigurationSet: 'MAIL_CONFIGURATION_SET',
  /** Only there: the queue of bounces and complaints. */
  mailEventsQueueUrl: 'MAIL_EVENTS_QUEUE_URL',
  /** Comma-separated addresses that deliveries come from; empty where they are not fixed. */
  egressAddresses: 'POSTHORN_EGRESS_ADDRESSES',
} as const;

/** The ledger's sparse index of what still needs work: `<endpoint>#<waiting|dead>#<shard>` by due time. */
export const WORK_INDEX = 'work';

// Settings that change the template: each by itself, at its limits, and all together.

const domain = {
  name: 'hooks.example.com',
  certificateArn:
    'arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab',
};
const email = {
  identityArn: 'arn:aws:ses:eu-central-1:123456789012:identity/example.com',
  from: 'hooks@example.com',
};
const topicArn = 'arn:aws:sns:eu-central-1:123456789012:alerts';
const ports = Array.from({ length: 50 }, (_, n) => 8000 + n);
const source = (batchSize: number, windowSeconds: number, maxConcurrency: number) =>
  Object.fromEntries(
    ['events', 'deliveries', 'slow', 'retries', 'wakes'].map((name) => [
      name,
      { batchSize, windowSeconds, maxConcurrency },
    ]),
  );
const memory = (megabytes: number) =>
  Object.fromEntries(
    ['ingest', 'fanOut', 'dispatch', 'wake', 'sweep', 'api', 'record', 'rollup', 'web'].map(
      (name) => [name, megabytes],
    ),
  );

export const EVERY_SETTING = {
  egress: 'static',
  domain: { ...domain, only: true },
  tracing: 'xray',
  alarms: { email: 'ops@example.com' },
  sealEventData: true,
  email,
};

export const VARIANTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  default: {},
  'stack name, longest': { stackName: 'S'.repeat(100) },
  'stack name, shortest': { stackName: 'S' },
  'data goes': { retainData: false },
  'logs, a day': { logRetentionDays: 1 },
  'logs, ten years': { logRetentionDays: 3653 },
  'ports, one': { allowedPorts: [443] },
  'ports, fifty': { allowedPorts: ports },
  'throttle, least': { throttle: { rate: 1, burst: 1 } },
  'throttle, most': { throttle: { rate: 100_000, burst: 100_000 } },
  'static egress': { egress: 'static' },
  'static egress, data goes': { egress: 'static', retainData: false },
  'static egress, fifty ports': { egress: 'static', allowedPorts: ports },
  domain: { domain },
  'domain only': { domain: { ...domain, only: true } },
  tracing: { tracing: 'xray' },
  'alarms, topic': { alarms: { topicArn } },
  'alarms, e-mail': { alarms: { email: 'ops@example.com' } },
  'alarms, e-mail, data goes': { alarms: { email: 'ops@example.com' }, retainData: false },
  'alarms, longest runbook': { alarms: { runbook: `https://${'r'.repeat(492)}` } },
  'memory, least': { memoryMb: memory(128) },
  'memory, most': { memoryMb: memory(10_240) },
  gathered: { gather: '1s' },
  'analytics, least': { analytics: { archiveDays: 92, windowSeconds: 0, everyMinutes: 1 } },
  'analytics, most': { analytics: { archiveDays: 3650, windowSeconds: 300, everyMinutes: 60 } },
  'sources, least': { sources: source(1, 0, 2) },
  'sources, most': { sources: source(1000, 60, 1000) },
  'e-mail': { email },
  'sealed data': { sealEventData: true },
  'destinations at their limit': {
    destinations: {
      denyNames: Array.from({ length: 28 }, (_, n) => `${'n'.repeat(58)}${n % 10}.test`),
    },
  },
  'no retries': { retryPolicy: 'none' },
  'origins and limits': {
    cors: { origins: ['https://console.example.com'] },
    portal: { origins: ['https://app.example.com'] },
    limits: { perKeyPerSecond: 100, perAddressPerSecond: 100 },
  },
  'every setting': EVERY_SETTING,
  'every setting, data goes': { ...EVERY_SETTING, retainData: false, stackName: 'S'.repeat(100) },
};

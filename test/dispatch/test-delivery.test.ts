import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createTransformer } from '../../lambdas/adapters/transformer.ts';
import { testReportSchema } from '../../lambdas/core/deliveries/test.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import type { OutgoingRequest } from '../../lambdas/core/requests/sender.ts';
import type { Outcome } from '../../lambdas/core/retries/outcome.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { sendTest } from '../../lambdas/dispatch/test-delivery.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { ENDPOINT_ID, NOON_MS } from '../builders/events.ts';
import { answered, failed } from '../builders/outcomes.ts';
import { fixedSurroundings } from '../builders/ports.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const CREDENTIAL = 'Bearer a-credential-of-the-receivers-9876';

let sent: OutgoingRequest[];
let outcome: Outcome;
beforeEach(() => {
  sent = [];
  outcome = answered(204);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

function world(
  changes: Partial<Endpoint> & { readonly url?: string } = {},
  opened: { readonly url?: string } = {},
) {
  const endpoint = anEndpoint({
    url: 'https://hooks.example.com/in',
    method: 'PUT',
    headers: { 'X-Team': 'kyc' },
    timeoutMs: 30_000,
    ...changes,
  });
  const surroundings = fixedSurroundings();
  const authentication = [['authorization', CREDENTIAL]] as const;
  const open = {
    endpoint,
    tenantName: 'Acme',
    secrets: [SECRET] as const,
    authentication,
    ...opened,
  };
  const deleted = { isDeleted: true, endpoint } as const;
  return (more: object = {}) =>
    sendTest(
      {
        endpoints: async () => new Map([[ENDPOINT_ID, endpoint.deletedAtMs ? deleted : open]]),
        form: formRequest,
        transform: createTransformer({ findTransform: async () => undefined }),
        sender: {
          async send(request) {
            sent.push(request);
            const startedAtMs = surroundings.nowMs;
            surroundings.nowMs += 40;
            return { outcome, startedAtMs, endedAtMs: surroundings.nowMs };
          },
        },
        surroundings,
        settings: settingsSchema.parse({ portal: { address: 'https://app.acme.io/hooks' } }),
      },
      { tenant: 'acme', environment: 'live', endpointId: ENDPOINT_ID, ...more },
    );
}

describe('a test of an endpoint', () => {
  it('is signed as a delivery is, and shown as it was sent', async () => {
    const report = await world()({ eventType: 'a.b', data: '{ "n":1.0 }' });
    const [request] = sent;
    const headers = Object.fromEntries(request?.headers ?? []);
    const body = request?.body.toString('utf8') ?? '';
    vi.useFakeTimers({ now: fixedSurroundings().nowMs });
    expect(() => new Webhook(SECRET).verify(body, headers)).not.toThrow();
    vi.useRealTimers();
    expect(body).toContain('"data":{ "n":1.0 }');
    expect(report).toEqual({
      outcome: 'http_204',
      detail: null,
      sentAt: new Date(NOON_MS).toISOString(),
      durationMs: 40,
      timings: null,
      request: {
        method: 'PUT',
        url: 'https://hooks.example.com/in',
        headers: { ...headers, authorization: `${'*'.repeat(28)}9876` },
        body,
      },
      response: { status: 204, headers: {}, body: '' },
    });
    expect(report.request?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(testReportSchema.parse(report)).toEqual(report);
  });

  it('holds a sample of ours if none is given', async () => {
    await world()();
    expect(JSON.parse(sent[0]?.body.toString('utf8') ?? '')).toMatchObject({
      type: 'endpoint.test',
      data: { message: 'This is a test.' },
    });
  });

  it('ends before the API has to answer', async () => {
    await world()();
    await world({ timeoutMs: 3_000 })();
    expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([20_000, 3_000]);
  });

  it('says what went wrong', async () => {
    outcome = failed('blocked_address');
    const report = await world()();
    expect(report).toMatchObject({ outcome: 'blocked_address', response: null });
    expect(report.detail).toBe('as it happens');
    expect(report.request?.headers).toHaveProperty('webhook-id');
  });

  it('is not sent if the contract cannot form it', async () => {
    const report = await world({ contract: 'bynn' })({ data: '{"resource":3}' });
    expect(report).toMatchObject({ outcome: 'unshapeable', request: null, response: null });
    expect(sent).toEqual([]);
  });

  it('of an endpoint that was deleted in the meantime is a fault, and sends nothing', async () => {
    await expect(world({ deletedAtMs: 1 })()).rejects.toThrow('not in the ledger');
    expect(sent).toEqual([]);
  });

  it('of a chat goes to the URL that was sealed, and shows the masked one', async () => {
    const url = 'https://hooks.slack.com/services/T0/B0/the-secret-part';
    const shown = `https://hooks.slack.com/${'*'.repeat(28)}part`;
    const chat = {
      url: shown,
      contract: 'slack',
      contractOptions: { fields: ['data.n'] },
    } as const;
    const report = await world(chat, { url })({ data: '{ "n":1.0 }' });
    expect(sent.map((one) => one.url)).toEqual([url]);
    expect(report.request?.url).toBe(shown);
    expect(JSON.stringify(report)).not.toContain('the-secret');
    const { blocks } = JSON.parse(report.request?.body ?? '');
    expect(blocks).toContainEqual({
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: '<https://app.acme.io/hooks|Open the portal>',
        verbatim: true,
      },
    });
    expect(JSON.stringify(blocks)).toContain('n\\n1.0');
  });

  it('is logged without what it holds', async () => {
    const logged = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await world()({ data: '{"pin":"hunter2"}' });
    const lines = JSON.stringify(logged.mock.calls);
    expect(lines).toContain('http_204');
    expect(lines).not.toMatch(/hunter2|receivers-9876|MfKQ9r8/);
  });
});

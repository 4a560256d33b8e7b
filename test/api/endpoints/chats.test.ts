// Endpoints of chats: the URL is the secret, and what goes with a chat is judged when it is saved.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretPlace } from '../../../lambdas/core/sealing/places.ts';
import { unseal } from '../../../lambdas/core/sealing/seal.ts';
import { type ApiService, SEALING_KEY, startApiService } from '../../builders/api-service.ts';
import { destinationAt } from '../../builders/endpoints.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const TOKEN = 'XXXXsecretXXXXpartXXaB3d';
const SLACK = `https://hooks.slack.com/services/T0123456/B0123456/${TOKEN}`;
const MASKED = `https://hooks.slack.com/${'*'.repeat(28)}aB3d`;
const WORKFLOW =
  'https://default0a.1b.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0a1b/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abc-DEF_123456789012345678';
const LIVE = { tenant: 'acme', environment: 'live' } as const;

const create = (body: object) => service.acme('POST', '/v1/endpoints', body);
async function anEndpoint(more: object = {}): Promise<string> {
  const made = await create({ url: SLACK, contract: 'slack', ...more });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json.id;
}
const faultsIn = (answer: { json: { errors?: { path: string; message: string }[] } }) =>
  Object.fromEntries((answer.json.errors ?? []).map(({ path, message }) => [path, message]));
const sealedUrl = async (id: string) => {
  const { sealedSecrets } = (await service.registry.getEndpoint(LIVE, id)) ?? expect.fail();
  return unseal(SEALING_KEY, secretPlace({ ...LIVE, id }), sealedSecrets[0] ?? '');
};

describe('the URL of a chat', () => {
  it('is sealed, shown masked, and shown whole where secrets are', async () => {
    const made = await create({ url: SLACK, contract: 'slack' });
    expect(made.json).toMatchObject({ url: MASKED, secret: `${'*'.repeat(28)}aB3d` });
    const { id } = made.json;
    const [one, many, secret] = await Promise.all([
      service.acme('GET', `/v1/endpoints/${id}`),
      service.acme('GET', '/v1/endpoints'),
      service.acme('GET', `/v1/endpoints/${id}/secret`),
    ]);
    expect(one.json).toEqual(made.json);
    expect(JSON.stringify(many.json)).not.toContain(TOKEN.slice(0, 12));
    expect(secret.json).toEqual({ secret: SLACK, previousValidUntil: null });
    const stored = await service.registry.getEndpoint(LIVE, id);
    expect(JSON.stringify(stored)).not.toContain(TOKEN.slice(0, 12));
    expect(stored?.destination).toEqual(destinationAt(MASKED));
    expect(await sealedUrl(id)).toBe(SLACK);
  });

  it('stays where other settings change, and where it is sent back masked or as it is', async () => {
    const id = await anEndpoint();
    const before = await service.registry.getEndpoint(LIVE, id);
    const changed = await service.acme('PATCH', `/v1/endpoints/${id}`, { description: 'new' });
    expect(changed.json).toMatchObject({ url: MASKED, description: 'new' });
    for (const url of [MASKED, SLACK]) {
      expect((await service.acme('PATCH', `/v1/endpoints/${id}`, { url })).status).toBe(200);
    }
    const after = await service.registry.getEndpoint(LIVE, id);
    expect(after?.sealedSecrets).toEqual(before?.sealedSecrets);
    expect(after?.version).toBe(2);
  });

  it('changes with a PATCH, and with nothing else', async () => {
    const id = await anEndpoint();
    const other = SLACK.replace('aB3d', 'zZ99');
    const answer = await service.acme('PATCH', `/v1/endpoints/${id}`, { url: other });
    expect(answer.json).toMatchObject({ url: MASKED.replace('aB3d', 'zZ99') });
    expect(answer.json.secret).toMatch(/\*zZ99$/);
    expect(await sealedUrl(id)).toBe(other);
    const rotated = await service.acme('POST', `/v1/endpoints/${id}/rotate-secret`, {});
    expect([rotated.status, rotated.json.detail]).toEqual([
      409,
      expect.stringMatching(/change the URL/),
    ]);
    expect(await sealedUrl(id)).toBe(other);
  });

  it('is refused masked where it stands for nothing kept', async () => {
    const id = await anEndpoint();
    const masked = MASKED.replace('aB3d', 'zZ99');
    const answers = [
      await create({ url: MASKED, contract: 'slack' }),
      await service.acme('PATCH', `/v1/endpoints/${id}`, { url: masked }),
    ];
    for (const answer of answers) {
      expect([answer.status, faultsIn(answer)]).toEqual([
        422,
        { '/url': expect.stringMatching(/is masked/) },
      ]);
    }
    expect(await sealedUrl(id)).toBe(SLACK);
  });
});

describe('the form of the URL', () => {
  it.each([
    ['slack', SLACK],
    ['slack', SLACK.replace('slack.com', 'slack-gov.com')],
    ['teams', WORKFLOW],
    [
      'teams',
      'https://prod-05.westeurope.logic.azure.com:443/workflows/b840/triggers/manual/paths/invoke?api-version=2016-06-01&sig=abc',
    ],
    ['discord', 'https://discord.com/api/webhooks/123456789012345678/abc-DEF_?wait=true'],
    ['discord', 'https://canary.discord.com/api/v10/webhooks/1/abc'],
    ['discord', 'https://discordapp.com/api/webhooks/1/abc?thread_id=2'],
  ])('of %s may be %s', async (contract, url) => {
    expect((await create({ url, contract })).status).toBe(201);
  });

  it.each([
    ['slack', 'https://hooks.acme.com/services/T1/B1/abc'],
    ['slack', 'https://hooks.slack.com.acme.com/services/T1/B1/abc'],
    ['slack', 'https://hooks.slack.com/workflows/T1/A1/1/abc'],
    ['slack', 'https://hooks.slack.com/triggers/T1/1/abc'],
    ['slack', 'https://hooks.slack.com/services/T1/B1'],
    ['teams', 'https://acme.webhook.office.com/webhookb2/1/IncomingWebhook/2/3'],
    ['teams', WORKFLOW.replace(/&sig=.*/, '')],
    ['teams', WORKFLOW.replace('api.powerplatform.com', 'api.powerplatform.com.acme.com')],
    ['discord', 'https://discord.com/api/webhooks/1/abc/slack'],
    ['discord', 'https://discord.com/channels/1/2'],
    ['discord', SLACK],
  ])('of %s may not be %s', async (contract, url) => {
    const answer = await create({ url, contract });
    expect(answer.status).toBe(422);
    expect(faultsIn(answer)['/url']).toMatch(
      new RegExp(`^must be an incoming webhook of ${contract}, such as https://`),
    );
  });

  it('is not judged for a template, which has no URL', async () => {
    const settings = { contract: 'slack', contractOptions: { fields: ['data.a'] } };
    const answer = await service.acme('POST', '/v1/templates', { name: 'chat', settings });
    expect(answer.status, JSON.stringify(answer.json)).toBe(201);
    const made = await create({ url: SLACK, template: 'chat' });
    expect(made.json).toMatchObject({ ...settings, url: MASKED });
    const wrong = await create({ url: 'https://hooks.acme.com/', template: 'chat' });
    expect(wrong.status).toBe(422);
  });
});

describe('what does not go with a chat', () => {
  const jwk = { kty: 'OKP', crv: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08' };
  it.each([
    [{ secret: 'a-secret-of-24-characters!' }, '/secret'],
    [{ signatures: [{ scheme: 'v1a' }] }, '/signatures'],
    [{ encryption: { jwk } }, '/encryption'],
    [{ method: 'PUT' }, '/method'],
    [{ verifyUrl: true }, '/verifyUrl'],
    [{ contractOptions: { fields: ['data'] } }, '/contractOptions/fields/0'],
    [{ contractOptions: { message: '{{x}}' } }, '/contractOptions/message'],
  ])('is refused: %j', async (more, path) => {
    const answer = await create({ url: SLACK, contract: 'slack', ...more });
    expect([answer.status, Object.keys(faultsIn(answer))]).toEqual([422, [path]]);
  });
});

describe('where every URL must be verified', () => {
  it('a chat is active at once, since who knows its URL may post there', async () => {
    service.modes.verifyUrl = 'always';
    const id = await anEndpoint();
    const url = SLACK.replace('aB3d', 'zZ99');
    const changed = await service.acme('PATCH', `/v1/endpoints/${id}`, { url });
    service.modes.verifyUrl = 'optional';
    expect(changed.json).toMatchObject({ status: 'active', verifyUrl: false, verifiedAt: null });
  });
});

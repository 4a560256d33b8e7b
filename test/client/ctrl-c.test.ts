// Ctrl-C as it comes under npm: from the terminal, and a moment later passed on by npm.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { cliWith } from './cli.ts';
import { type FakeService, startFakeService } from './fake-service.ts';

let service: FakeService;
beforeAll(async () => {
  service = await startFakeService();
  service.answer = () => ({ status: 200, body: { data: [], next: null } });
});
afterAll(() => service.close());

describe('Ctrl-C', () => {
  // The process takes some 10 ms to end, in which it handles no signals.
  it.each([0, 3, 6, 9, 12])('ends tail tidily when its copy comes %i ms later', async (gapMs) => {
    const cli = cliWith({ POSTHORN_URL: service.url, POSTHORN_KEY: 'ph_live_key' });
    const before = service.asked.length;
    const tail = cli.start('deliveries', 'tail');
    await eventually(() => service.asked.length > before);
    expect(await tail.stop(gapMs)).toBe(0);
    expect(tail.printed()).toBe('');
  });
});

// The example events: each is a body that POST /v1/events takes, and the published ones are as published.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventInputSchema } from '../../lambdas/core/events/event.ts';

const folder = new URL('../../examples/events/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

describe('the example events', () => {
  it.each(files)('%s is a valid body of POST /v1/events', (file) => {
    const result = eventInputSchema.safeParse(read(file));

    expect(result.error?.issues).toBeUndefined();
    expect(Object.keys(result.data?.data ?? {})).not.toHaveLength(0);
  });

  it('have a type of their own each', () => {
    const types = files.map((file) => eventInputSchema.parse(read(file)).type);

    expect(types.length).toBeGreaterThanOrEqual(14);
    expect(new Set(types).size).toBe(types.length);
  });

  it('cover each kind of event that the vendors name', () => {
    const types = files.map((file) => eventInputSchema.parse(read(file)).type);

    expect(types).toEqual(
      expect.arrayContaining([
        'dossier.created',
        'decision.approved',
        'decision.rejected',
        'decision.challenge',
        'aml.screening.match',
        'identity_document.approved',
        'identity_document.rejected',
        'kyc.session.processed',
        'verification.pending',
        'verification.verified',
        'verification.rejected',
        'verification.info',
        'verification.locked',
        'session.completed',
      ]),
    );
  });

  it("carry Bynn's dossier as published", () => {
    expect(read('bynn-dossier-created.json')).toHaveProperty('data', {
      resource: {
        id: 'dossier_P4Lm5gUnznF7UA6coyEP2NgN',
        type: 'dossier',
        status: 'in_progress',
        name: 'Test Person',
        reference: 'xxxxxxxxxxxxxxxxxx-your-unique-reference-for-the-resource',
        created_at: '2025-02-19T17:40:03Z',
        updated_at: '2025-02-19T17:40:03Z',
        rel: { url: 'https://api.bynn.com/v1/dossiers/dossier_P4Lm5gUnznF7UA6coyEP2NgN' },
      },
      organization: { id: 'acct_bbCRvLTkeCoH8eh3ZL7hRWGs', name: 'sdfsdf' },
    });
  });

  it.each(files)('%s is explained in the README of the folder', (file) => {
    const readme = readFileSync(new URL('README.md', folder), 'utf8');

    expect(readme).toContain(`\`${file.replace('.json', '')}\``);
  });
});

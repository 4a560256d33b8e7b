// The table of roles against the operations that there are.
import { describe, expect, it } from 'vitest';
import { mayCall, ROLE_GRANTS, ROLES } from '../../../lambdas/core/sessions/roles.ts';
import { OPERATIONS } from '../../../scripts/openapi/operations.ts';

const closed = OPERATIONS.filter(({ access }) => access !== 'open');

describe('the table of roles', () => {
  it('names operations that there are, each once', () => {
    const known = closed.map(({ id }) => id);
    for (const role of ROLES) {
      const { operations } = ROLE_GRANTS[role];
      if (operations === 'all') continue;
      expect(operations.filter((id) => !known.includes(id))).toEqual([]);
      expect(new Set(operations).size).toBe(operations.length);
    }
  });

  it('lets every role do what the one below it does', () => {
    for (const { id } of closed) {
      const allowed = ROLES.map((role) => mayCall(role, id));
      expect([id, allowed]).toEqual([id, allowed.toSorted((a, b) => Number(a) - Number(b))]);
    }
  });

  it('lets a viewer read all but secrets and what is gone on reading, and change nothing', () => {
    const reading = closed.filter(({ method }) => method === 'get').map(({ id }) => id);
    const kept = reading.filter((id) => !mayCall('viewer', id));
    expect(kept.toSorted()).toEqual([
      'getEndpointSecret',
      'listConsoleSessions',
      'pollEndpointEvents',
    ]);
    const changing = closed.filter(({ method }) => method !== 'get').map(({ id }) => id);
    // Filters and transformations are tested, and a person signs out.
    expect(changing.filter((id) => mayCall('viewer', id)).toSorted()).toEqual([
      'endSession',
      'testFilter',
      'testTransform',
    ]);
  });
});

// What the operations on many endpoints take and answer.
import * as z from 'zod';
import { ADDRESS_NAMES } from '../../../core/destinations/destination.ts';
import { isId } from '../../../core/identifiers.ts';
import { creationHeader } from '../../../http/creation.ts';
import { operation } from '../../../http/operation.ts';
import { cursorParameter } from '../../listing/query.ts';
import { EXAMPLE, idOf, problemSchema } from '../../schemas.ts';
import { documentedChanges } from '../change-route.ts';
import { endpointFilterSchema } from '../filter.ts';
import { askedSchema, endpointInput } from '../operations.ts';
import { endpointExample, endpointSchema } from '../view.ts';
import { listChangesShape } from './changes.ts';

const MAX_CREATED = 100;
const MAX_CHANGED = 100;

const createdExample = {
  results: [
    { endpoint: endpointExample },
    {
      error: {
        type: 'about:blank',
        title: 'The request has faults',
        status: 422,
        detail: 'One fault; each is listed with its path.',
        errors: [{ path: '/endpoints/1/url', message: 'must be an https:// URL' }],
      },
    },
  ],
};

export const createEndpoints = operation({
  id: 'createEndpoints',
  method: 'post',
  path: '/v1/endpoints/bulk',
  tag: 'Endpoints',
  summary: 'Create many endpoints',
  description: `Creates up to ${MAX_CREATED} endpoints, each checked independently. The results are in the order of the request. What one answer cannot show is not created: its error has the status 413.`,
  access: 'endpoints:write',
  session: 'refused',
  headers: creationHeader,
  body: z.strictObject({
    endpoints: z
      .array(z.unknown())
      .min(1, 'must contain at least one endpoint')
      .max(MAX_CREATED, `must contain at most ${MAX_CREATED} endpoints`),
  }),
  documentedBody: z
    .strictObject({ endpoints: z.array(endpointInput).min(1).max(MAX_CREATED) })
    .meta({ id: 'EndpointInputs' }),
  bodyExample: { endpoints: [{ url: 'https://acme.io/webhooks' }] },
  maxBodyBytes: 1024 * 1024,
  replies: {
    200: {
      description: 'One result per endpoint: the endpoint, or its error.',
      schema: z
        .strictObject({
          results: z.array(
            z.union([
              z.strictObject({ endpoint: endpointSchema }),
              z.strictObject({ error: problemSchema }),
            ]),
          ),
        })
        .meta({ id: 'CreatedEndpoints', example: createdExample }),
    },
  },
});

const changedExample = {
  matched: 1,
  changed: 1,
  unchanged: 0,
  failed: 0,
  dryRun: true,
  results: [{ endpoint: `ep_${EXAMPLE.suffix}`, outcome: 'changed' }],
  next: null,
};

export const changeEndpoints = operation({
  id: 'changeEndpoints',
  method: 'patch',
  path: '/v1/endpoints',
  tag: 'Endpoints',
  summary: 'Change all endpoints that match a filter',
  description:
    'Takes the same changes as a single endpoint, except `url`. `add...` and `remove...` change single entries of lists. With `dryRun`, nothing is written. While `next` is not null, repeat the request with it as `cursor`.',
  access: 'endpoints:write',
  session: 'refused',
  body: z.strictObject({
    filter: endpointFilterSchema,
    changes: askedSchema,
    dryRun: z.boolean().default(false),
    limit: z.int().min(1).max(MAX_CHANGED).default(MAX_CHANGED),
    cursor: cursorParameter((id) => isId('ep', id)).optional(),
  }),
  documentedBody: z
    .strictObject({
      filter: endpointFilterSchema,
      changes: z.strictObject({
        ...Object.fromEntries(
          Object.entries(documentedChanges.shape).filter(([name]) => !ADDRESS_NAMES.has(name)),
        ),
        ...listChangesShape,
      }),
      dryRun: z.boolean().optional(),
      limit: z.int().min(1).max(MAX_CHANGED).optional(),
      cursor: z.string().optional(),
    })
    .meta({ id: 'ChangeMany' }),
  bodyExample: {
    filter: { contract: 'standard-webhooks' },
    changes: { addEventTypes: ['dossier.*'] },
    dryRun: true,
  },
  replies: {
    200: {
      description:
        'One result per endpoint. With `dryRun`, the results say what the request would have changed.',
      schema: z
        .strictObject({
          matched: z.int(),
          changed: z.int(),
          unchanged: z.int(),
          failed: z.int(),
          dryRun: z.boolean(),
          results: z.array(
            z.strictObject({
              endpoint: idOf('ep'),
              outcome: z.enum(['changed', 'unchanged', 'failed']),
              error: problemSchema.optional(),
            }),
          ),
          next: z.string().nullable(),
        })
        .meta({ id: 'ChangedEndpoints', example: changedExample }),
    },
  },
});

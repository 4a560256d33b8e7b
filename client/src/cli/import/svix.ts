// Endpoints of Svix, as its API answers them (OpenAPI document 1.947.0).
import {
  channelsOf,
  described,
  entriesOf,
  idOf,
  type Members,
  membersOf,
  numberOf,
  optional,
  type Planned,
  rateOf,
  textOf,
  textOr,
  textsOf,
  typesOf,
} from './plan.ts';
import type { VendorApi } from './vendor-api.ts';

const PAGE = 250;

/** Svix's libraries look for these, and for those of Standard Webhooks. */
export const SVIX_HEADERS = {
  'webhook-id': 'svix-id',
  'webhook-timestamp': 'svix-timestamp',
  'webhook-signature': 'svix-signature',
} as const;

/** The applications with their endpoints, each with its secret, headers and transformation. */
export async function readSvix(api: VendorApi, only?: string): Promise<Members> {
  const applications: Members[] = [];
  const pages = only === undefined ? listed(api, '/api/v1/app') : one(api, only);
  for await (const application of pages) {
    const id = idOf(application.id, 'application.id');
    const endpoints: Members[] = [];
    for await (const endpoint of listed(api, `/api/v1/app/${id}/endpoint`)) {
      const path = `/api/v1/app/${id}/endpoint/${idOf(endpoint.id, 'endpoint.id')}`;
      const { key } = membersOf(await api.get(`${path}/secret`), 'secret');
      const { headers, sensitive } = membersOf(await api.get(`${path}/headers`), 'headers');
      // A Svix of one's own has no transformations.
      const transformation = await api.get(`${path}/transformation`, { or404: {} });
      endpoints.push({ ...endpoint, secret: key, headers, sensitive, transformation });
    }
    applications.push({ ...application, endpoints });
  }
  return { applications };
}

async function* one(api: VendorApi, id: string): AsyncGenerator<Members> {
  yield membersOf(await api.get(`/api/v1/app/${encodeURIComponent(id)}`), 'application');
}

function listed(api: VendorApi, path: string): AsyncGenerator<Members> {
  return api.pages(path, { limit: String(PAGE) }, (answer) => {
    const { data, done, iterator } = membersOf(answer, path);
    const next = done === false ? textOf(iterator, `${path}/iterator`) : undefined;
    return {
      entries: entriesOf(data, `${path}/data`),
      next: next === undefined ? undefined : { iterator: next },
    };
  });
}

export function planSvix(exported: unknown): Planned[] {
  const { applications } = membersOf(exported, 'the export');
  return entriesOf(applications, 'applications').flatMap((application) => {
    const id = idOf(application.id, 'application.id');
    const owner = textOr(application.uid, id);
    return entriesOf(application.endpoints, `${id}/endpoints`).map((endpoint) =>
      planOf(endpoint, id, owner),
    );
  });
}

function planOf(endpoint: Members, application: string, owner: string): Planned {
  const id = idOf(endpoint.id, 'endpoint.id');
  const source = `${application}/${id}`;
  const types = typesOf(textsOf(endpoint.eventTypes ?? endpoint.filterTypes, `${id}/eventTypes`));
  const bound = channelsOf(textsOf(endpoint.channels, `${id}/channels`));
  const sensitive = textsOf(endpoint.sensitive, `${id}/sensitive`);
  const transformation = optional(endpoint.transformation, `${id}/transformation`);
  const secret = textOr(endpoint.secret);
  const rate = rateOf(numberOf(endpoint.throttleRate ?? endpoint.rateLimit), 1);
  const headers = Object.entries(optional(endpoint.headers, `${id}/headers`));
  return {
    source,
    owner,
    isPaused: endpoint.disabled === true,
    input: {
      url: textOf(endpoint.url, `${id}/url`),
      description: described(textOr(endpoint.description), 'svix', source),
      eventTypes: types.eventTypes,
      channels: bound.channels,
      renameHeaders: SVIX_HEADERS,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, textOf(value, name)])),
      ...rate.settings,
      ...(secret !== '' && { secret: /^wh(sec|sk)_/.test(secret) ? secret : `whsec_${secret}` }),
    },
    lost: [
      ...types.lost,
      ...bound.lost,
      ...(transformation.enabled === true ? ['transformation'] : []),
      // Without it, the receiver would refuse everything.
      ...sensitive.map((name) => `header ${name}: Svix does not tell its value`),
    ],
    notes: [
      ...(secret === '' ? ['no secret in the export: a new one is made'] : []),
      ...rate.notes,
    ],
  };
}

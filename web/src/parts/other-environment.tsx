// An empty list says when the other environment has entries.
import { Api } from '../base/api.ts';
import { useLoad, useScope } from '../base/loading.ts';
import type { Page } from '../base/models.ts';
import { href, useRoute } from '../base/router.ts';
import { LinkButton } from './button.tsx';

export function OtherEnvironment({
  of,
}: {
  readonly of: 'endpoints' | 'events' | 'deliveries' | 'replays';
}) {
  // A session is of one environment.
  if (IS_PORTAL) return null;
  const { tenant, environment } = useScope();
  const { path } = useRoute();
  const other = environment === 'live' ? 'test' : 'live';
  const found = useLoad(`${other} ${of}`, async (_, signal) => {
    if (tenant === undefined) return false;
    const { data } = await new Api({ tenant, environment: other }).get<Page<unknown>>(
      `/v1/${of}`,
      { limit: 1 },
      signal,
    );
    return data.length > 0;
  });
  if (!found.value) return null;
  return (
    <LinkButton to={href(path, {}, { environment: other })}>
      {`There are ${of} in ${other}`}
    </LinkButton>
  );
}

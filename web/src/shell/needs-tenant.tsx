// Where a screen belongs to one tenant and none is chosen.
import { useApi, useLoad } from '../base/loading.ts';
import type { Page, Tenant } from '../base/models.ts';
import { href, useRoute } from '../base/router.ts';
import { Card, Head } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';

export function NeedsTenant({ title }: { readonly title: string }) {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const { path } = useRoute();
  const tenants = useLoad('tenants to choose', (_, signal) =>
    api.get<Page<Tenant>>('/v1/tenants', { limit: 100 }, signal),
  );
  return (
    <>
      <Head title={title} lead="These belong to one tenant. Whose do you want to see?" />
      <Card label="Tenants">
        <Shown loaded={tenants} label="tenants">
          {({ data, next }) => {
            const living = data.filter(({ deletedAt }) => deletedAt === null);
            if (living.length === 0)
              return (
                <Empty icon="people" title="No tenants yet">
                  Make one under Tenants, or by PUT /v1/tenants/{'{id}'}.
                </Empty>
              );
            return (
              <ul class="items">
                {living.map(({ id, name }) => (
                  <li key={id}>
                    <a href={href(path, {}, { tenant: id })}>
                      <b>
                        <bdi>{name || id}</bdi>
                      </b>
                    </a>
                    <span class="sub mono">{id}</span>
                  </li>
                ))}
                {next && (
                  <li>
                    <a href={href(['tenants'])}>All tenants</a>
                  </li>
                )}
              </ul>
            );
          }}
        </Shown>
      </Card>
    </>
  );
}

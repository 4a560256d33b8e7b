// An endpoint by its name: as a link to its page, and as a choice of one.
import type { Endpoint } from '../base/models.ts';
import { href } from '../base/router.ts';
import { Choice } from '../parts/field.tsx';
import { Text } from '../parts/layout.tsx';
import { type EndpointsById, nameOf } from './endpoints.ts';

interface EndpointLinkProps {
  readonly endpoint: Pick<Endpoint, 'id' | 'description' | 'url' | 'recipients'>;
  /** Whose it is, where endpoints of several tenants stand side by side. */
  readonly tenant?: string | undefined;
}

export function EndpointLink({ endpoint, tenant }: EndpointLinkProps) {
  return (
    <a href={href(['endpoints', endpoint.id], {}, tenant === undefined ? {} : { tenant })}>
      <b>
        <Text>{nameOf(endpoint)}</Text>
      </b>
    </a>
  );
}

interface EndpointChoiceProps {
  readonly endpoints: EndpointsById | undefined;
  readonly value: string | undefined;
  /** The words for no certain one. */
  readonly any: string;
  readonly onChange: (id: string) => void;
}

export function EndpointChoice({ endpoints, value, any, onChange }: EndpointChoiceProps) {
  const known = [...(endpoints?.values() ?? [])];
  return (
    <Choice
      label="Endpoint"
      quietLabel
      value={value ?? ''}
      options={[['', any], ...known.map((one) => [one.id, nameOf(one)] as const)]}
      onChange={onChange}
    />
  );
}

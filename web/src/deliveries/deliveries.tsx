// The deliveries of a tenant, newest first, by state, endpoint, type and subject.

import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { type Api, path } from '../base/api.ts';
import { useScope } from '../base/loading.ts';
import type { Delivery, DeliveryStatus, Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { href, setQuery, useRoute } from '../base/router.ts';
import { EndpointChoice } from '../lookups/endpoint-parts.tsx';
import { useEndpoints } from '../lookups/endpoints.ts';
import { Button } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { OtherEnvironment } from '../parts/other-environment.tsx';
import { Empty } from '../parts/states.tsx';
import { deliveryColumns } from './columns.tsx';

const STATES: readonly (readonly [DeliveryStatus | '', string])[] = [
  ['', 'Every state'],
  ['pending', 'Pending'],
  ['waiting', 'Waiting'],
  ['held', 'Held'],
  ['delivered', 'Delivered'],
  ['dead', 'Dead'],
  ['cancelled', 'Cancelled'],
];
const EVERY_MS = 5000;

export interface DeliveryFilter {
  readonly status: string | undefined;
  readonly endpoint: string | undefined;
  readonly type: string | undefined;
  readonly subject: string | undefined;
}

export function readDeliveries(filter: DeliveryFilter) {
  return (api: Api, cursor: string | undefined, signal: AbortSignal): Promise<Page<Delivery>> =>
    api.get(path`/v1/deliveries`, { ...filter, cursor, limit: 50 }, signal);
}

export function Deliveries() {
  const { query } = useRoute();
  const { environment } = useScope();
  const filter: DeliveryFilter = {
    status: query.get('status') ?? undefined,
    endpoint: query.get('endpoint') ?? undefined,
    type: query.get('type') ?? undefined,
    subject: query.get('subject') ?? undefined,
  };
  const endpoints = useEndpoints();
  const pages = usePages<Delivery>(
    `deliveries ${JSON.stringify(filter)}`,
    ({ id }) => id,
    readDeliveries(filter),
    EVERY_MS,
  );
  // Rows are made anew only with other columns.
  const columns = useMemo(() => deliveryColumns(endpoints.value ?? new Map()), [endpoints.value]);
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <>
      <Head
        title="Deliveries"
        lead="One event for one endpoint, newest first. Each row has its state, its last outcome and when it is tried again."
      />
      <div class="stack">
        <TextFilters
          label="Filter deliveries"
          type={filter.type}
          subject={filter.subject}
          onApply={setQuery}
        >
          <Choice
            label="State"
            quietLabel
            value={(filter.status ?? '') as DeliveryStatus | ''}
            options={STATES}
            onChange={(status) => setQuery({ status })}
          />
          <EndpointChoice
            endpoints={endpoints.value}
            value={filter.endpoint}
            any="Every endpoint"
            onChange={(endpoint) => setQuery({ endpoint })}
          />
        </TextFilters>
        <Card label="Deliveries">
          <List
            label="Deliveries"
            one="delivery"
            many="deliveries"
            pages={pages}
            keyOf={({ id }) => id}
            columns={columns}
            empty={
              isFiltered ? (
                <Empty
                  icon="search"
                  title="No delivery fits"
                  actions={
                    <Button
                      onClick={() => setQuery({ status: '', endpoint: '', type: '', subject: '' })}
                    >
                      Remove the filters
                    </Button>
                  }
                >
                  None of the deliveries that are kept has all of these.
                </Empty>
              ) : (
                <Empty
                  icon="send"
                  title={`No deliveries in ${environment} yet`}
                  actions={<OtherEnvironment of="deliveries" />}
                >
                  An event becomes a delivery for each endpoint that matches it.{' '}
                  <a href={href(['events'])}>Look at events</a>
                </Empty>
              )
            }
          />
        </Card>
      </div>
    </>
  );
}

interface TextFiltersProps {
  readonly label: string;
  readonly type: string | undefined;
  readonly subject: string | undefined;
  readonly onApply: (changes: { type: string; subject: string }) => void;
  readonly children?: ComponentChildren;
}

/** Type and subject are applied together by Enter or the button, so that nothing is read while somebody types. */
export function TextFilters({
  label,
  type: type0 = '',
  subject: subject0 = '',
  onApply,
  children,
}: TextFiltersProps) {
  const [type, setType] = useState(type0);
  const [subject, setSubject] = useState(subject0);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onApply({ type: type.trim(), subject: subject.trim() });
  };
  return (
    <form class="filters" aria-label={label} onSubmit={submit}>
      <Field
        label="Subject"
        quietLabel
        type="search"
        placeholder="Subject"
        value={subject}
        onInput={setSubject}
      />
      <Field
        label="Event type"
        quietLabel
        type="search"
        placeholder="Type, such as dossier.*"
        value={type}
        onInput={setType}
      />
      <Button type="submit" icon="search">
        Find
      </Button>
      {children}
    </form>
  );
}

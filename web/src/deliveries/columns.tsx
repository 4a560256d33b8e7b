// A delivery in a row.
import type { Delivery } from '../base/models.ts';
import { href } from '../base/router.ts';
import { useReadFromNow } from '../base/time.ts';
import { type EndpointsById, nameOf } from '../lookups/endpoints.ts';
import { DeliveryBadge } from '../parts/badge.tsx';
import { Dotted } from '../parts/dotted.tsx';
import { None, Text } from '../parts/layout.tsx';
import type { Column } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';

/** @param endpoints undefined where all rows are of one endpoint */
export function deliveryColumns(endpoints: EndpointsById | undefined): Column<Delivery>[] {
  const endpoint: Column<Delivery> = {
    head: 'Endpoint',
    cell: ({ endpoint: id }) => {
      const known = endpoints?.get(id);
      return (
        <a class="named" href={href(['endpoints', id])}>
          {known ? <Text>{nameOf(known)}</Text> : <code>{id}</code>}
        </a>
      );
    },
  };
  return [
    {
      head: 'Event',
      cell: ({ id, type }) => (
        <a href={href(['deliveries', id])}>
          <Dotted name={type} />
        </a>
      ),
    },
    ...(endpoints ? [endpoint] : []),
    {
      head: 'Subject',
      looks: 'lo',
      cell: ({ subject }) => (subject === null ? <None /> : <Text>{subject}</Text>),
    },
    { head: 'State', cell: ({ status }) => <DeliveryBadge status={status} /> },
    {
      head: 'Last outcome',
      looks: 'nowrap',
      cell: ({ attempts }) => {
        const last = attempts.at(-1);
        return last ? <code>{last.outcome}</code> : <None />;
      },
    },
    { head: 'Attempts', looks: 'num', cell: ({ attempts }) => attempts.at(-1)?.number ?? 0 },
    { head: 'Accepted', looks: 'nowrap', cell: ({ acceptedAt }) => <When at={acceptedAt} /> },
    { head: 'Next', looks: 'nowrap', cell: (delivery) => <Due {...delivery} /> },
  ];
}

/** When it is tried again. What is due and waits for a probe or its pace has no time of its own. */
export function Due({ nextAttemptAt, status }: Pick<Delivery, 'nextAttemptAt' | 'status'>) {
  const isDue = useReadFromNow((now) => nextAttemptAt !== null && Date.parse(nextAttemptAt) < now);
  if (nextAttemptAt === null || status !== 'waiting') return null;
  return isDue ? <None>due, in turn</None> : <When at={nextAttemptAt} />;
}

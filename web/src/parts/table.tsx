// A table that becomes a list where its card is narrow, and stays a table for screen readers.
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { GROUP, useGroups } from './groups.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** The head is for screen readers only. */
  readonly quietHead?: boolean;
  /** Names the row: where the table is a list, it stands without its head. */
  readonly bare?: boolean;
  /** `num`, `lo` (left out where narrow), `full` (a line of its own there), `wide`, `nowrap`, `pick`. */
  readonly looks?: string;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly isChosen?: (row: Row) => boolean;
  readonly looks?: string;
  /** Whether more rows may follow, which are not read yet. */
  readonly hasMore?: boolean;
}

export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  isChosen,
  looks = 'data',
  hasMore = false,
}: TableProps<Row>) {
  const { count, areMany, isDrawn, table, onFocusIn } = useGroups(rows.length);
  return (
    <table
      ref={table}
      class={looks}
      role="table"
      aria-label={label}
      aria-rowcount={areMany ? (hasMore ? -1 : rows.length + 1) : undefined}
      onFocusIn={onFocusIn}
    >
      <thead role="rowgroup">
        <tr role="row" aria-rowindex={areMany ? 1 : undefined}>
          {columns.map(({ head, looks: column, quietHead }) => (
            <th key={head} role="columnheader" scope="col" class={column}>
              {quietHead ? <span class="sr">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      {Array.from({ length: count }, (_, group) => {
        if (!isDrawn(group)) return <tbody key={group} class="gap" aria-hidden="true" />;
        const from = group * GROUP;
        return (
          <tbody key={group} role="rowgroup">
            {rows.slice(from, from + GROUP).map((row, at) => (
              <Row
                key={keyOf(row)}
                row={row}
                columns={columns}
                chosen={isChosen?.(row) ?? false}
                index={areMany ? from + at + 2 : undefined}
              />
            ))}
          </tbody>
        );
      })}
    </table>
  );
}

interface RowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly chosen: boolean;
  /** Its place in the table, the head's being 1, where some rows are not drawn. */
  readonly index: number | undefined;
}

/** Made once for each row, as long as it stays what it is and where it is. */
function Row<R>({ row, columns, chosen, index }: RowProps<R>): VNode {
  return useMemo(
    () => (
      <tr role="row" aria-selected={chosen || undefined} aria-rowindex={index}>
        {columns.map(({ head, cell, looks, quietHead, bare }) => (
          <td
            key={head}
            role="cell"
            class={looks}
            data-label={quietHead || bare || cell === columns[0]?.cell ? undefined : head}
          >
            {cell(row)}
          </td>
        ))}
      </tr>
    ),
    [row, columns, chosen, index],
  );
}

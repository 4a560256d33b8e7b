// A table that becomes a list where its card is narrow, and stays a table for screen readers.
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';

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
}

export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  isChosen,
  looks = 'data',
}: TableProps<Row>) {
  return (
    <table class={looks} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, looks: column, quietHead }) => (
            <th key={head} role="columnheader" scope="col" class={column}>
              {quietHead ? <span class="sr">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Row key={keyOf(row)} row={row} columns={columns} chosen={isChosen?.(row) ?? false} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly chosen: boolean;
}

/** Made once for each row, so that a list of thousands only adds what is new. */
function Row<R>({ row, columns, chosen }: RowProps<R>): VNode {
  return useMemo(
    () => (
      <tr role="row" aria-selected={chosen || undefined}>
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
    [row, columns, chosen],
  );
}

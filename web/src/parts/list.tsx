// A list in pages with all its states: loading, empty, broken off, more to come, new since.
import type { ComponentChildren } from 'preact';
import { count, counted } from '../base/numbers.ts';
import type { Pages } from '../base/pages.ts';
import { Button } from './button.tsx';
import { Bones, Failed, FaultNote } from './states.tsx';
import { type Column, Table } from './table.tsx';

interface ListProps<Row> {
  readonly label: string;
  /** One row's name: `delivery`; its plural is made by `s` unless given. */
  readonly one: string;
  readonly many?: string;
  readonly pages: Pages<Row>;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly isChosen?: (row: Row) => boolean;
  readonly empty: ComponentChildren;
  /** Which rows are shown, of those that were read. */
  readonly only?: (row: Row) => boolean;
}

export function List<Row>(props: ListProps<Row>) {
  const { label, one, many, pages, columns, keyOf, isChosen, empty, only } = props;
  const { isLoading, hasMore, fault, fresh, more, showFresh, reload } = pages;
  const news = fresh.isAll ? 'new' : 'or more new';
  const rows = only ? pages.rows.filter(only) : pages.rows;
  if (pages.rows.length === 0 && fault) return <Failed fault={fault} retry={reload} />;
  if (pages.rows.length === 0 && isLoading) return <Bones label={label} />;
  if (rows.length === 0 && !hasMore) return <>{empty}</>;
  return (
    <>
      {fresh.count > 0 && (
        <div class="fresh" role="status">
          <Button slim icon="up" onClick={showFresh} disabled={isLoading}>
            {`Show ${counted(fresh.count, `${news} ${one}`, `${news} ${many ?? `${one}s`}`)}`}
          </Button>
        </div>
      )}
      {rows.length > 0 && (
        <Table
          label={label}
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          hasMore={hasMore}
          {...(isChosen && { isChosen })}
        />
      )}
      <footer class="row between">
        <span class="muted" role="status">
          {only && rows.length < pages.rows.length && `${count(rows.length)} of `}
          {counted(pages.rows.length, one, many)} read
          {hasMore ? ', there may be more' : ', that is all'}
        </span>
        {fault && <FaultNote fault={fault} />}
        {hasMore && (
          <Button slim onClick={more} disabled={isLoading}>
            {isLoading ? 'Reading…' : rows.length === 0 ? 'Look further' : 'Show more'}
          </Button>
        )}
      </footer>
    </>
  );
}

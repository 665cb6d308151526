import type { Table } from '../warehouse.ts';
import { day, instant, wholeNumber } from './values.ts';

/** What can be loaded. */
export type Kind = keyof typeof TABLES;

export interface Column {
  readonly name: string;
  /** In the warehouse; files have text. */
  readonly type: 'VARCHAR' | 'INTEGER' | 'DATE' | 'TIMESTAMP';
  /** A file without it is refused; a row without it is a bad row. */
  readonly required: boolean;
  /** What an empty field stands for. */
  readonly empty: string | null;
  /** The value of a field that is not empty, as DuckDB casts it to the type; undefined when it is none. */
  readonly read: (field: string) => string | undefined;
}

export interface FileTable {
  readonly table: Table;
  /** In the order of the warehouse's table: COPY takes Parquet columns by position. */
  readonly columns: readonly Column[];
}

const column = (name: string, read: Column['read'], rest: Partial<Column> = {}): Column => ({
  ...{ name, type: 'VARCHAR', required: false, empty: null, read },
  ...rest,
});
const required = { required: true };
const asItIs = (field: string): string => field;
/** What identifies something has none of the blanks that exports pad it with. */
const trimmed = (field: string): string => field.trim();

const ITEM = [
  column('item_id', trimmed, required),
  column('country', (field) => field.trim().toUpperCase(), required),
  column('title', asItIs, required),
  column('description', asItIs),
  column('brand', asItIs),
];

export const TABLES = {
  labelled: {
    table: 'labelled_items',
    columns: [
      ...ITEM,
      column('scheme', (field) => field.trim().toLowerCase(), required),
      column('code', trimmed, required),
      column('labelled_at', instant, { type: 'TIMESTAMP' }),
    ],
  },
  sold: {
    table: 'sold_items',
    columns: [
      ...ITEM,
      column('quantity', wholeNumber, { type: 'INTEGER', empty: '1' }),
      column('sold_on', day, { type: 'DATE' }),
    ],
  },
} as const satisfies Record<string, FileTable>;

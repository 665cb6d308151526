/** What the database has, as the Data API shows it. Patterns are LIKE's. */
import { literal, rowsOf, TYPES, type Warehouse } from './warehouse.ts';

type Rows = Promise<Record<string, unknown>[]>;

/** What this module or DuckDB itself keeps is left out. */
const OTHERS = "table_catalog = current_database() AND table_schema <> 'local_cloud'";

const select = (warehouse: Warehouse, sql: string): Rows =>
  warehouse.withConnection((connection) => rowsOf(connection, sql));

export async function schemas(warehouse: Warehouse, pattern: string): Promise<string[]> {
  const sql = `SELECT schema_name AS name FROM information_schema.schemata
    WHERE catalog_name = current_database() AND schema_name NOT IN ('local_cloud', 'information_schema', 'pg_catalog')
      AND schema_name LIKE ${literal(pattern)} ORDER BY name`;
  return (await select(warehouse, sql)).map(({ name }) => String(name));
}

export const tables = (warehouse: Warehouse, schema: string, table: string): Rows =>
  select(
    warehouse,
    `SELECT table_name AS name, table_schema AS schema, replace(table_type, 'BASE ', '') AS type
    FROM information_schema.tables
    WHERE ${OTHERS} AND table_schema LIKE ${literal(schema)} AND table_name LIKE ${literal(table)}
    ORDER BY schema, name`,
  );

export async function columns(warehouse: Warehouse, schema: string, table: string): Rows {
  const rows = await select(
    warehouse,
    `SELECT column_name AS name, data_type, is_nullable, table_name, table_schema, column_default
    FROM information_schema.columns
    WHERE ${OTHERS} AND table_schema LIKE ${literal(schema)} AND table_name LIKE ${literal(table)}
    ORDER BY table_schema, table_name, ordinal_position`,
  );
  return rows.map(({ name, data_type, is_nullable, table_name, table_schema, column_default }) => ({
    name,
    label: name,
    typeName: TYPES[String(data_type)]?.result ?? 'varchar',
    nullable: is_nullable === 'YES' ? 1 : 0,
    tableName: table_name,
    schemaName: table_schema,
    columnDefault: column_default ?? undefined,
  }));
}

/** A statement as it is kept. Times are epoch seconds. */
export interface Statement {
  readonly id: string;
  /** The role that ran it: nobody else may see it. */
  readonly owner: string;
  /** ARN of the session that ran it. */
  readonly session?: string;
  readonly name?: string | undefined;
  readonly batch: boolean;
  readonly sqls: readonly string[];
  /** What the caller asked and is told again. */
  readonly target: { readonly WorkgroupName: string; readonly Database: string };
  readonly status: 'SUBMITTED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';
  readonly created: number;
  readonly updated: number;
  readonly started?: number;
  readonly error?: string;
  /** One for each SQL once all is over. */
  readonly parts?: readonly StatementPart[];
}

export interface StatementPart {
  readonly status: 'FINISHED' | 'FAILED' | 'ABORTED';
  readonly error?: string;
  readonly rows?: number;
  readonly hasResult?: boolean;
}

/** The id under which a part's result is asked for: `<id>:<n>` in a batch. */
export const partId = ({ id, batch }: Statement, index: number): string => (batch ? `${id}:${index + 1}` : id);

/** A finished statement, shown as DescribeStatement does. Members without a value are undefined. */
export function describe(statement: Statement): Record<string, unknown> {
  const { id, batch, sqls, parts = [], status, created, updated, started, error, target } = statement;
  const times = { CreatedAt: created, UpdatedAt: updated };
  const described = sqls.map((sql, index) => ({
    Id: partId(statement, index),
    ...times,
    QueryString: sql,
    Status: parts[index]?.status ?? status,
    Error: parts[index]?.error,
    HasResultSet: parts[index]?.hasResult ?? false,
    ResultRows: parts[index]?.rows ?? -1,
    ResultSize: -1,
  }));
  const HasResultSet = described.some((part) => part.HasResultSet);
  return {
    ...(batch ? { HasResultSet, SubStatements: described } : described[0]),
    Id: id,
    ...target,
    ...times,
    Status: status,
    Duration: started === undefined ? 0 : Math.round((updated - started) * 1e9), // nanoseconds
    Error: error,
  };
}

/** A statement as ListStatements shows it. */
export const outline = ({ id, batch, sqls, status, name, created, updated }: Statement): Record<string, unknown> => ({
  Id: id,
  StatementName: name,
  Status: status,
  IsBatchStatement: batch,
  ...(batch ? { QueryStrings: sqls } : { QueryString: sqls[0] }),
  CreatedAt: created,
  UpdatedAt: updated,
  ResultFormat: 'JSON',
});

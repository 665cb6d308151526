/** A statement as it is kept. Times are epoch seconds. */
export interface Statement {
  readonly id: string;
  /** The role that ran it: nobody else may see or cancel it. */
  readonly owner: string;
  readonly batch: boolean;
  readonly sqls: readonly string[];
  /** What the caller asked to be told again: WorkgroupName or ClusterIdentifier, Database, ... */
  readonly target: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly status: Status;
  readonly created: number;
  readonly updated: number;
  readonly started?: number;
  readonly error?: string;
  /** One for each SQL once there is something to tell. */
  readonly parts?: readonly StatementPart[];
}

export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';

export interface StatementPart {
  readonly status: Status;
  readonly error?: string;
  readonly rows?: number;
  readonly hasResult?: boolean;
}

export const isOver = ({ status }: Statement): boolean => ['FINISHED', 'FAILED', 'ABORTED'].includes(status);

/**
 * Who may read and write what: the one declaration that the templates are held against. A cell is effective: for objects
 * S3 and the key together, for a table's items DynamoDB and its key. What is not named, a role may not do; a role that
 * is not named may do nothing.
 */
import { LOCAL } from '@regulabel/cli/local/place';
import { CELLS, type Cell, type DataKey } from './data.ts';

export type Access = 'read' | 'write' | 'read, write';
export type Row = Readonly<Partial<Record<Cell, Access>>>;

/** By the role's name without `regulabel-<stage>-`. */
export const TABLE: Readonly<Record<string, Row>> = {
  // ingest
  unload: {
    'raw/training rows': 'write',
    'raw/training manifest': 'write',
    'raw/inference rows': 'write',
    'raw/inference manifest': 'write',
  },
  plan: { 'control/catalogues': 'read', 'control/runs': 'read, write' },
  split: {
    'raw/training manifest': 'read',
    'raw/inference manifest': 'read',
    'control/training datasets': 'read, write',
    'control/inference datasets': 'read, write',
    'control/runs': 'read',
  },
  'track-run': { 'control/runs': 'read, write' },
  'sweep-runs': { 'control/runs': 'read, write' },
  'check-month': { 'control/runs': 'read' },
  'publish-catalogue': { 'control/catalogues': 'write', 'control/runs': 'read, write' },
  // Whether a run is the failed execution's own.
  'report-extraction-failure': { 'control/runs': 'read' },
  operator: {
    'control/training datasets': 'read',
    'control/inference datasets': 'read',
    'control/catalogues': 'read',
    'control/runs': 'read',
    'predictions/production': 'read',
    'predictions/production summaries': 'read',
    'predictions/evaluation summaries': 'read',
    'predictions/reports': 'read',
    'registry/winners': 'read',
    'registry/scores': 'read',
    'registry/reports': 'read',
  },

  // training
  'start-training': { 'control/training datasets': 'read', 'control/catalogues': 'read', 'registry/winners': 'read' },
  'prepare-training': {
    'raw/training rows': 'read',
    'raw/training manifest': 'read',
    'control/catalogues': 'read',
    'training/train': 'write',
    'training/validation': 'write',
    'training/test': 'write',
    'training/labels': 'write',
    'training/report': 'write',
  },
  // Never the test rows: no model may have seen what judges it.
  'training-job': { 'training/train': 'read', 'training/validation': 'read', 'training/models': 'write' },
  'model-execution': {
    'training/models': 'read',
    'work/evaluation': 'read, write',
    'work/production': 'read, write',
  },

  // evaluation
  'start-evaluation': { 'control/catalogues': 'read', 'registry/winners': 'read' },
  'start-comparison': { 'control/catalogues': 'read' },
  score: {
    'control/catalogues': 'read',
    'training/labels': 'read',
    'predictions/evaluation': 'read',
    'registry/scores': 'write',
  },
  decide: { 'registry/scores': 'read' },
  'comparison-machine': { 'registry/winners': 'read, write' },
  'report-training': { 'registry/winners': 'read', 'registry/reports': 'write' },

  // inference
  'start-inference': { 'control/inference datasets': 'read', 'control/catalogues': 'read', 'registry/winners': 'read' },
  // Never the labels: what is labelled in an evaluation is labelled blindly.
  'prepare-inference': {
    'raw/inference rows': 'read',
    'raw/inference manifest': 'read',
    'control/inference datasets': 'read',
    'training/test': 'read',
    'work/evaluation': 'write',
    'work/production': 'write',
  },
  collect: {
    'work/evaluation': 'read',
    'work/production': 'read',
    'predictions/production': 'write',
    'predictions/evaluation': 'write',
    'predictions/production summaries': 'write',
    'predictions/evaluation summaries': 'write',
  },
  'notify-stakeholders': { 'predictions/production summaries': 'read', 'predictions/reports': 'write' },

  'reporting-reader': { 'predictions/production': 'read' },

  // Roles that are not ours, with policies of their own that allow everything: the keys' policies bound them.
  'reporting-x': { 'predictions/production': 'read' },
  // An account's administrators reach items, since DynamoDB asks for the key on behalf of whoever creates the table.
  'somebody-else': { 'control/runs': 'read, write', 'registry/winners': 'read, write' },
};

/** What the keys' policies have to let the roles of {@link TABLE} do, whatever these are allowed otherwise. */
export const KEY_USES: Readonly<Record<string, Readonly<Partial<Record<DataKey, string>>>>> = Object.fromEntries(
  Object.entries(TABLE).map(([role, row]) => {
    const uses: Partial<Record<DataKey, string>> = {};
    for (const { cell, under } of CELLS) {
      const access = row[cell];
      // A multipart upload needs Decrypt: without s3:GetObject that is no read.
      if (access !== undefined && uses[under] !== 'decrypt, encrypt')
        uses[under] = access === 'read' ? 'decrypt' : 'decrypt, encrypt';
    }
    return [role, uses];
  }),
);

/** Who hands a volume's key to a job's machine (`attach`), and who reads and writes the volume. */
export const VOLUMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'training-machine': { 'training-volume': 'attach' },
  'prepare-training': { 'training-volume': 'attach, use' },
  'training-job': { 'training-volume': 'attach, use' },
  'comparison-machine': { 'evaluation-volume': 'attach' },
  score: { 'evaluation-volume': 'attach, use' },
  'inference-machine': { 'inference-volume': 'attach' },
  'prepare-inference': { 'inference-volume': 'attach, use' },
  'model-execution': { 'inference-volume': 'attach, use' },
  collect: { 'inference-volume': 'attach, use' },
};

/** Who receives from and sends to which queue, and publishes to which topic. */
export const MESSAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'track-run': { 'track-run': 'receive' },
  'report-extraction-failure': { 'report-extraction-failure': 'receive' },
  'check-month': { mlops: 'publish' },
  'schedule-extract': { 'schedules-dlq': 'send' },
  'schedule-sweep-runs': { 'schedules-dlq': 'send' },
  'schedule-check-month': { 'schedules-dlq': 'send' },
  'start-training': { 'start-training': 'receive' },
  'report-training-failure': { 'report-training-failure': 'receive' },
  'start-evaluation': { 'start-evaluation': 'receive' },
  'start-comparison': { 'start-comparison': 'receive' },
  'report-comparison-failure': { 'report-comparison-failure': 'receive' },
  'report-training': { 'report-training': 'receive', mlops: 'publish' },
  'comparison-machine': { mlops: 'publish' },
  'start-inference': { 'start-inference': 'receive' },
  'report-inference-failure': { 'report-inference-failure': 'receive' },
  'notify-stakeholders': { 'notify-stakeholders': 'receive', stakeholders: 'publish' },
};

/** What the operator may do with every queue: dead letters are looked at, and handed back to the queue they came from. */
export const OPERATOR_OF_QUEUES = 'receive, send';

const EVERY_MESSAGES_KEY = {
  'ingest-messages': 'use',
  'training-messages': 'use',
  'evaluation-messages': 'use',
  'inference-messages': 'use',
};

/** AWS services that use a key for themselves: to deliver to queues and topics, and to keep logs. */
export const SERVICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'budgets.amazonaws.com': { 'ingest-messages': 'use' },
  'cloudwatch.amazonaws.com': { 'ingest-messages': 'use' },
  'events.amazonaws.com': EVERY_MESSAGES_KEY,
  [`logs.${LOCAL.region}.amazonaws.com`]: EVERY_MESSAGES_KEY,
};

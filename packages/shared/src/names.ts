/**
 * What things are called, derived from the stage alone: how one service finds another's resources without imports
 * between stacks. The templates spell the same names; a test holds the two together.
 */

/** Short, without hyphens: part of SageMaker names of at most 32 characters, and a hyphen-free prefix in policies. */
export const STAGE_PATTERN = /^[a-z][a-z0-9]{0,7}$/;

export interface Place {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
}

const bucket =
  (kind: string) =>
  ({ stage, account, region }: Place): string =>
    `regulabel-${stage}-${kind}-${account}-${region}`;

/** Unloaded rows, dataset manifests, catalogues; owned by ingest. */
export const dataBucket = bucket('data');
/** Prepared data and models; owned by training. */
export const modelsBucket = bucket('models');
/** Working files, predictions, summaries, reports; owned by inference. */
export const predictionsBucket = bucket('predictions');
/** Score reports and training reports; owned by evaluation. */
export const registryBucket = bucket('registry');

/** Runs, their lines, and which catalogue is in force; owned by ingest. */
export const runsTable = ({ stage }: Pick<Place, 'stage'>): string => `regulabel-${stage}-runs`;
/** Winners and decisions; owned by evaluation. */
export const winnersTable = ({ stage }: Pick<Place, 'stage'>): string => `regulabel-${stage}-winners`;

/** The four state machines: `extract`, `training`, `inference`, `comparison`. */
export const stateMachineArn = (
  { stage, account, region }: Place,
  machine: 'extract' | 'training' | 'inference' | 'comparison',
): string => `arn:aws:states:${region}:${account}:stateMachine:regulabel-${stage}-${machine}`;

/** The role that people and the command line assume; owned by ingest. */
export const operatorRoleArn = ({ stage, account }: Pick<Place, 'stage' | 'account'>): string =>
  `arn:aws:iam::${account}:role/regulabel-${stage}-operator`;

/** SSM parameter with the job container's image, by digest. */
export const jobImageParameter = ({ stage }: Pick<Place, 'stage'>): string => `/regulabel/${stage}/job-image`;
/** ECR repository of the job container; owned by ingest. */
export const jobImageRepository = ({ stage }: Pick<Place, 'stage'>): string => `regulabel-${stage}-jobs`;

import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import type { ServiceContracts } from '@regulabel/shared/serviceContracts';

export const contracts: ServiceContracts = {
  owner: 'evaluation team',
  provides: {
    // It says which; the state machine puts it on the bus, once it is recorded.
    decide: [modelPromoted, modelRejected, modelHeld],
    reportComparisonFailure: [comparisonFailed],
  },
  consumes: {
    startEvaluation: [modelTrained],
    startComparison: [inferenceCompleted],
    reportTraining: [trainingRunCompleted],
  },
};

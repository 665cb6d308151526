import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import type { ServiceContracts } from '@regulabel/shared/serviceContracts';

export const contracts: ServiceContracts = {
  owner: 'training team',
  provides: {
    stateMachine: [modelTrained, trainingSkipped],
    reportTrainingFailure: [trainingFailed],
  },
  // It starts when a dataset manifest appears in S3.
  consumes: {},
};

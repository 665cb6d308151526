import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import type { ServiceContracts } from '@regulabel/shared/serviceContracts';

export const contracts: ServiceContracts = {
  owner: 'inference team',
  provides: {
    startInference: [inferenceSkipped],
    stateMachine: [inferenceCompleted],
    reportInferenceFailure: [inferenceFailed],
  },
  // It also starts when a dataset manifest appears in S3, and when evaluation starts its state machine.
  consumes: { notifyStakeholders: [classificationRunCompleted] },
};

import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { catalogueChanged } from '@regulabel/contracts/ingest/catalogueChanged.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { extractionCompleted } from '@regulabel/contracts/ingest/extractionCompleted.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { runStarted } from '@regulabel/contracts/ingest/runStarted.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import type { ServiceContracts } from '@regulabel/shared/serviceContracts';

export const contracts: ServiceContracts = {
  owner: 'ingest team',
  provides: {
    plan: [runStarted],
    publishCatalogue: [catalogueChanged],
    split: [extractionCompleted],
    reportExtractionFailure: [extractionFailed],
    trackRun: [trainingRunCompleted, classificationRunCompleted],
    sweepRuns: [trainingRunCompleted, classificationRunCompleted],
  },
  consumes: {
    trackRun: [
      extractionCompleted,
      extractionFailed,
      trainingSkipped,
      trainingFailed,
      modelPromoted,
      modelRejected,
      modelHeld,
      comparisonFailed,
      inferenceSkipped,
      inferenceCompleted,
      inferenceFailed,
    ],
  },
};

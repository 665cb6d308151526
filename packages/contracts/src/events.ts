import { comparisonFailed } from './evaluation/comparisonFailed.v1.ts';
import { modelHeld } from './evaluation/modelHeld.v1.ts';
import { modelPromoted } from './evaluation/modelPromoted.v1.ts';
import { modelRejected } from './evaluation/modelRejected.v1.ts';
import { winnerRolledBack } from './evaluation/winnerRolledBack.v1.ts';
import { inferenceCompleted } from './inference/inferenceCompleted.v1.ts';
import { inferenceFailed } from './inference/inferenceFailed.v1.ts';
import { inferenceSkipped } from './inference/inferenceSkipped.v1.ts';
import { catalogueChanged } from './ingest/catalogueChanged.v1.ts';
import { classificationRunCompleted } from './ingest/classificationRunCompleted.v1.ts';
import { extractionCompleted } from './ingest/extractionCompleted.v1.ts';
import { extractionFailed } from './ingest/extractionFailed.v1.ts';
import { runStarted } from './ingest/runStarted.v1.ts';
import { trainingRunCompleted } from './ingest/trainingRunCompleted.v1.ts';
import { modelTrained } from './training/modelTrained.v1.ts';
import { trainingFailed } from './training/trainingFailed.v1.ts';
import { trainingSkipped } from './training/trainingSkipped.v1.ts';

/** Every event of ours. */
export const events = [
  comparisonFailed,
  modelHeld,
  modelPromoted,
  modelRejected,
  winnerRolledBack,
  inferenceCompleted,
  inferenceFailed,
  inferenceSkipped,
  catalogueChanged,
  classificationRunCompleted,
  extractionCompleted,
  extractionFailed,
  runStarted,
  trainingRunCompleted,
  modelTrained,
  trainingFailed,
  trainingSkipped,
] as const;

import { comparisonFailedExamples } from './evaluation/comparisonFailed.v1.examples.ts';
import { modelHeldExamples } from './evaluation/modelHeld.v1.examples.ts';
import { modelPromotedExamples } from './evaluation/modelPromoted.v1.examples.ts';
import { modelRejectedExamples } from './evaluation/modelRejected.v1.examples.ts';
import { winnerRolledBackExamples } from './evaluation/winnerRolledBack.v1.examples.ts';
import { inferenceCompletedExamples } from './inference/inferenceCompleted.v1.examples.ts';
import { inferenceFailedExamples } from './inference/inferenceFailed.v1.examples.ts';
import { inferenceSkippedExamples } from './inference/inferenceSkipped.v1.examples.ts';
import { catalogueChangedExamples } from './ingest/catalogueChanged.v1.examples.ts';
import { classificationRunCompletedExamples } from './ingest/classificationRunCompleted.v1.examples.ts';
import { extractionCompletedExamples } from './ingest/extractionCompleted.v1.examples.ts';
import { extractionFailedExamples } from './ingest/extractionFailed.v1.examples.ts';
import { runStartedExamples } from './ingest/runStarted.v1.examples.ts';
import { trainingRunCompletedExamples } from './ingest/trainingRunCompleted.v1.examples.ts';
import { modelTrainedExamples } from './training/modelTrained.v1.examples.ts';
import { trainingFailedExamples } from './training/trainingFailed.v1.examples.ts';
import { trainingSkippedExamples } from './training/trainingSkipped.v1.examples.ts';

/** The examples of every event. */
export const examplesOfEvents = [
  comparisonFailedExamples,
  modelHeldExamples,
  modelPromotedExamples,
  modelRejectedExamples,
  winnerRolledBackExamples,
  inferenceCompletedExamples,
  inferenceFailedExamples,
  inferenceSkippedExamples,
  catalogueChangedExamples,
  classificationRunCompletedExamples,
  extractionCompletedExamples,
  extractionFailedExamples,
  runStartedExamples,
  trainingRunCompletedExamples,
  modelTrainedExamples,
  trainingFailedExamples,
  trainingSkippedExamples,
] as const;

import type { Decision } from '@regulabel/contracts/evaluation/decision.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted, type ModelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import { lineName } from '@regulabel/contracts/values';

/** How a decision is made known: an event on our bus, and a message to the MLOps team. */
export interface Announcement {
  readonly detailType: string;
  /** The three outcomes carry the same. */
  readonly data: ModelPromoted;
  readonly message: { readonly subject: string; readonly body: string };
}

const EVENTS = { promoted: modelPromoted, rejected: modelRejected, held: modelHeld } as const;

export function announcementOf(decision: Decision): Announcement {
  const { runId, country, scheme, decisionId, outcome, reason, explanation, candidate, winner, scores } = decision;
  return {
    detailType: EVENTS[outcome].detailType,
    data: {
      runId,
      country,
      scheme,
      decisionId,
      reason,
      explanation,
      candidate: { model: candidate.model.name, ...(candidate.metrics && { metrics: candidate.metrics }) },
      ...(winner && { winner: { model: winner.model, ...(winner.metrics && { metrics: winner.metrics }) } }),
      ...(scores !== undefined && { scores }),
    },
    message: {
      // One line of ASCII, at most 100 characters, as SNS asks for.
      subject: `Regulabel: ${lineName(decision)} ${outcome} (${reason})`,
      body: [
        explanation,
        '',
        `Candidate: ${candidate.model.name}`,
        `Winner until now: ${winner?.model ?? 'none'}`,
        `Decision: ${decisionId}`,
        `Run: ${runId}`,
        ...(scores === undefined ? [] : [`Scores: ${scores}`]),
      ].join('\n'),
    },
  };
}

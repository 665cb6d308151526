import { describe, expect, it } from '@jest/globals';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { inputFor, scoresOf, winner } from '../evaluation.fixture.ts';
import { announcementOf } from './announcement.ts';
import { decide, heldInstead } from './decision.ts';

const at = '2026-11-01T05:00:00Z';
const uri = 's3://registry/scores/x/scores.json';
const promoted = decide(inputFor(winner), { uri, report: scoresOf({ winnerMacroF1: 0.8 }) }, at);
const rejected = decide(inputFor(undefined, { kind: 'none', reason: 'too-little-evidence' }), undefined, at);

describe('announcementOf', () => {
  it.each([
    [promoted, modelPromoted],
    [rejected, modelRejected],
    [heldInstead(promoted), modelHeld],
  ])('is the event of its outcome ($reason)', (decision, contract) => {
    const { detailType, data } = announcementOf(decision);
    expect(detailType).toBe(contract.detailType);
    expect(parseStrictly(contract.data, data, detailType)).toEqual(data);
  });

  it('tells people which line, what became of the candidate, and why', () => {
    const { subject, body } = announcementOf(promoted).message;
    expect(subject).toBe('Regulabel: DE/weee promoted (better)');
    expect(body.split('\n')[0]).toBe(promoted.explanation);
    expect(body).toContain(`Winner until now: ${winner.model}`);
    expect(body).toContain(`Scores: ${uri}`);
  });

  it('has a subject that SNS takes for the longest line and reason', () => {
    const long = {
      ...promoted,
      scheme: 'a'.repeat(16),
      outcome: 'rejected',
      reason: 'not-better-than-majority',
    } as const;
    expect(announcementOf(long).message.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { decision as contract } from '@regulabel/contracts/evaluation/decision.v1';
import { winner as winnerContract } from '@regulabel/shared/tableItems';
import { parseStrictly } from '@regulabel/contracts/parse';
import fc from 'fast-check';
import { inputFor, scoresOf, trained, winner } from '../evaluation.fixture.ts';
import { decide, heldInstead, winnerOf } from './decision.ts';

const at = '2026-11-01T05:00:00Z';
const uri = 's3://registry/scores/x/scores.json';
const first = (scores: Parameters<typeof scoresOf>[0]) =>
  decide(inputFor(undefined), { uri, report: scoresOf(scores) }, at);
const later = (scores: Parameters<typeof scoresOf>[0]) =>
  decide(inputFor(winner), { uri, report: scoresOf(scores) }, at);

describe('the decision on a first model', () => {
  it('promotes what beats the guess of the most frequent code', () => {
    const decision = first({ accuracy: 0.41 });
    expect(decision).toMatchObject({ outcome: 'promoted', reason: 'first-model', scores: uri });
    expect(decision.winner).toBeUndefined();
    expect(decision.explanation).toContain('accuracy 0.4100 on 100 unseen rows');
    expect(decision.explanation).toContain('always guessing 11-A reaches 0.4000');
  });

  it.each([0.4, 0.39])('rejects an accuracy of %d, where guessing reaches 0.4', (accuracy) => {
    expect(first({ accuracy })).toMatchObject({ outcome: 'rejected', reason: 'not-better-than-majority' });
  });
});

describe('the decision on a later model', () => {
  it.each([
    ['the margin exactly, whatever floating point makes of it', 0.902, 'promoted', 'better'],
    ['more than the margin', 0.8, 'promoted', 'better'],
    ['less than the margin', 0.9021, 'rejected', 'not-better-than-winner'],
    ['nothing', 0.912, 'rejected', 'not-better-than-winner'],
    ['less than nothing', 0.95, 'rejected', 'not-better-than-winner'],
  ])('on a gain of %s', (_case, winnerMacroF1, outcome, reason) => {
    expect(later({ winnerMacroF1 })).toMatchObject({ outcome, reason, margin: 0.01 });
  });

  it('keeps the figures of both models on the same rows, and the winner it was measured against', () => {
    expect(later({ winnerMacroF1: 0.905 })).toMatchObject({
      candidate: { metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 } },
      winner: {
        model: winner.model,
        decisionId: winner.decisionId,
        metrics: { rows: 100, accuracy: 0.9, macroF1: 0.905 },
      },
      explanation:
        'Macro-F1 0.9120 on 100 unseen rows, the winner has 0.9050: a difference of +0.0070; at least +0.0100 is asked for.',
    });
  });

  it('promotes exactly when the gain is at least the margin', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (candidate, before) => {
        const { outcome } = later({ macroF1: candidate / 1000, winnerMacroF1: before / 1000 });
        expect(outcome).toBe(candidate - before >= 10 ? 'promoted' : 'rejected');
      }),
    );
  });
});

describe('the decision without evidence', () => {
  it('rejects when there are no test rows, scored or not', () => {
    const unscored = decide(inputFor(winner, { kind: 'none', reason: 'too-little-evidence' }), undefined, at);
    expect(unscored).toMatchObject({ outcome: 'rejected', reason: 'too-little-evidence' });
    expect(unscored.scores).toBeUndefined();
    expect(first({ rows: 0 })).toMatchObject({ outcome: 'rejected', reason: 'too-little-evidence' });
  });

  it("holds when the winner's model is gone, and names it", () => {
    const decision = decide(inputFor(winner, { kind: 'none', reason: 'winner-gone' }), undefined, at);
    expect(decision).toMatchObject({ outcome: 'held', reason: 'winner-gone', winner: { model: winner.model } });
    expect(decision.explanation).toContain(winner.model);
  });

  it('refuses predictions that nobody scored', () => {
    expect(() => decide(inputFor(winner), undefined, at)).toThrow(expect.objectContaining({ name: 'ScoresMissing' }));
  });
});

describe('every decision', () => {
  const decisions = [
    first({}),
    first({ accuracy: 0.1 }),
    later({ winnerMacroF1: 0.8 }),
    later({ winnerMacroF1: 0.95 }),
    decide(inputFor(winner, { kind: 'none', reason: 'winner-gone' }), undefined, at),
    decide(inputFor(undefined, { kind: 'none', reason: 'too-little-evidence' }), undefined, at),
  ];

  it.each(decisions.flatMap((decision) => [decision, heldInstead(decision)]))(
    'keeps its contract ($reason)',
    (decision) => {
      expect(parseStrictly(contract, decision, 'decision')).toEqual(decision);
    },
  );

  it('has the same id for the same candidate, and another for another candidate', () => {
    expect(new Set(decisions.map(({ decisionId }) => decisionId)).size).toBe(1);
    const other = inputFor(undefined, { kind: 'none', reason: 'too-little-evidence' });
    other.subject.candidate.model = { ...trained.model, name: 'another' };
    expect(decide(other, undefined, at).decisionId).not.toBe(decisions[0]!.decisionId);
  });

  it('turns into a held one when the winner changed, and says what does not count', () => {
    const decision = later({ winnerMacroF1: 0.8 });
    const held = heldInstead(decision);
    expect(held).toMatchObject({ outcome: 'held', reason: 'winner-changed', decisionId: decision.decisionId });
    expect(held.explanation).toContain(`${winner.model}; the comparison (better) does not count`);
  });
});

describe('a score report', () => {
  it.each([
    ['another run', { runId: 'training-other' }],
    ['another test set', { testHash: 'b'.repeat(64) }],
    ['another candidate', { candidate: { ...scoresOf().candidate, model: 'another' } }],
    ['no winner, where there is one', { winner: undefined }],
  ])('on %s is refused', (_case, change) => {
    const report = { ...scoresOf({ winnerMacroF1: 0.8 }), ...change };
    expect(() => decide(inputFor(winner), { uri, report }, at)).toThrow(
      expect.objectContaining({ name: 'ScoresMismatch', message: expect.stringContaining(uri) }),
    );
  });

  it('on a winner is refused for a first model', () => {
    const report = scoresOf({ winnerMacroF1: 0.8 });
    expect(() => decide(inputFor(undefined), { uri, report }, at)).toThrow(/instead of no winner/);
  });
});

describe('winnerOf', () => {
  it('points at the promoted candidate and its decision', () => {
    const decision = later({ winnerMacroF1: 0.8 });
    expect(parseStrictly(winnerContract, winnerOf(decision), 'winner')).toMatchObject({
      model: trained.model.name,
      decisionId: decision.decisionId,
      since: at,
      metrics: { macroF1: 0.912 },
    });
  });

  it('refuses a candidate that was never scored', () => {
    const unscored = decide(inputFor(undefined, { kind: 'none', reason: 'too-little-evidence' }), undefined, at);
    expect(() => winnerOf(unscored)).toThrow(expect.objectContaining({ name: 'ScoresMissing' }));
  });
});

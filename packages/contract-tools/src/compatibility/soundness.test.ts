import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { problemsOf } from './containment.ts';
import { changedDocument, Dice, FORMATS, similarPair } from './random.fixture.ts';
import type { Json, Schema } from './schema.ts';
import { Writer } from './written.fixture.ts';

const ajv = new Ajv2020({ strict: false, validateSchema: false, formats: { ...FORMATS } });
// Collecting what unevaluated* needs makes ajv 8.20 emit code that throws for some unions; no schema here has them.
ajv.opts.unevaluated = false;

/** Whether ajv accepts a value; each schema is compiled once. */
function acceptance(): (schema: Schema, value: Json) => boolean {
  const compiled = new Map<string, (value: Json) => boolean>();
  return (schema, value) => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, validate);
    ajv.removeSchema();
    return validate(value);
  };
}

/** Something that a producer writes under `written` and `read` refuses, as ajv sees it. */
function counterexample(written: Schema, read: Schema, dice: Dice): Json | undefined {
  const accepts = acceptance();
  const writer = new Writer(written, dice, accepts);
  for (let tries = 0; tries < 40; tries += 1) {
    const value = writer.value();
    if (value !== undefined && accepts(written, value) && !accepts(read, value)) return value;
  }
  return undefined;
}

const pairs = fc.integer().map((seed) => {
  const dice = new Dice(seed);
  const [old, recent] = dice.happens(0.75) ? similarPair(dice) : changedDocument(dice);
  return { old, recent, dice };
});

describe('what is said to be compatible', () => {
  it('is accepted by an independent validator', () => {
    fc.assert(
      fc.property(
        pairs,
        fc.constantFrom('backward' as const, 'forward' as const),
        ({ old, recent, dice }, direction) => {
          const [written, read] = direction === 'backward' ? [recent, old] : [old, recent];
          if (problemsOf(written, read, direction).length > 0) return;
          expect(counterexample(written, read, dice)).toBeUndefined();
        },
      ),
      { numRuns: 600 },
    );
  });
});

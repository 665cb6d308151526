import { counted, problem, type Frame, type Problem } from './problem.ts';
import { numberIn, stringIn, type Schema } from './schema.ts';
import { isMultiple, lengthOf, matches, type NumberShape, type StringShape } from './shape.ts';
import { intervalOf } from './shapes.ts';

/** Why numbers of the shape are not accepted by the schema's own keywords. */
export function numberProblems(shape: NumberShape, schema: Schema, frame: Frame): Problem[] {
  const written = hullOf(shape);
  const read = intervalOf(schema);
  const problems: Problem[] = [];
  const reaches = (end: number, limit: number, excluded: boolean) => end < limit || (end === limit && excluded);
  if (reaches(written.minimum, read.minimum, read.exclusiveMinimum && !written.exclusiveMinimum)) {
    problems.push(problem(frame, 'minimum', { written: lowerText(written), accepted: lowerText(read) }));
  }
  if (reaches(-written.maximum, -read.maximum, read.exclusiveMaximum && !written.exclusiveMaximum)) {
    problems.push(problem(frame, 'maximum', { written: upperText(written), accepted: upperText(read) }));
  }
  const multiple = numberIn(schema, 'multipleOf');
  if (multiple !== undefined && !areMultiples(shape, multiple)) {
    const text = shape.multiples.map((each) => `multiples of ${each}`).join(' and ');
    problems.push(
      problem(frame, 'multipleOf', { written: text || 'any number', accepted: `multiples of ${multiple}` }),
    );
  }
  return problems;
}

type Interval = ReturnType<typeof intervalOf>;

/** The bounds that the numbers really reach: 1, where integers are above 0. */
function hullOf({ constant, integer, ...shape }: NumberShape): Interval {
  if (typeof constant === 'number') {
    return { minimum: constant, exclusiveMinimum: false, maximum: constant, exclusiveMaximum: false };
  }
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = shape;
  if (!integer) return shape;
  return {
    minimum: exclusiveMinimum ? Math.floor(minimum) + 1 : Math.ceil(minimum),
    exclusiveMinimum: false,
    maximum: exclusiveMaximum ? Math.ceil(maximum) - 1 : Math.floor(maximum),
    exclusiveMaximum: false,
  };
}

export const lowerText = ({ minimum, exclusiveMinimum }: Interval): string =>
  minimum === -Infinity ? 'no minimum' : `${exclusiveMinimum ? 'more than' : 'at least'} ${minimum}`;
export const upperText = ({ maximum, exclusiveMaximum }: Interval): string =>
  maximum === Infinity ? 'no maximum' : `${exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`;

/** Fractions are compared with themselves only: dividing them is not exact. */
function areMultiples({ constant, integer, multiples }: NumberShape, of: number): boolean {
  if (typeof constant === 'number') return isMultiple(constant, of);
  if (of === 1 && integer) return true;
  return multiples.some((each) => each === of || (Number.isInteger(of) && Number.isInteger(each) && each % of === 0));
}

/** Why strings of the shape are not accepted by the schema's own keywords. */
export const stringProblems = (shape: StringShape, schema: Schema, frame: Frame): Problem[] => [
  ...lengthProblems(shape, schema, frame),
  ...patternProblems(shape, schema, frame),
];

/** Another pattern or a format may say the same in its own way. */
const isCertain = ({ constant, patterns, formats }: StringShape): boolean =>
  constant !== undefined || (patterns.length === 0 && formats.length === 0);

function lengthProblems(shape: StringShape, schema: Schema, frame: Frame): Problem[] {
  const length = typeof shape.constant === 'string' ? lengthOf(shape.constant) : undefined;
  const [shortest, longest] = [length ?? shape.minLength, length ?? shape.maxLength];
  const minLength = numberIn(schema, 'minLength') ?? 0;
  const maxLength = numberIn(schema, 'maxLength') ?? Infinity;
  const certain = isCertain(shape);
  const problems: Problem[] = [];
  if (shortest < minLength) {
    problems.push(
      problem(frame, 'minLength', {
        written: counted(shortest, 'character'),
        accepted: `${minLength} or more`,
        certain,
      }),
    );
  }
  if (longest > maxLength) {
    const written = longest === Infinity ? 'any number of characters' : counted(longest, 'character');
    problems.push(problem(frame, 'maxLength', { written, accepted: `${maxLength} or less`, certain }));
  }
  return problems;
}

function patternProblems(shape: StringShape, schema: Schema, frame: Frame): Problem[] {
  const pattern = stringIn(schema, 'pattern');
  if (pattern === undefined || shape.patterns.includes(pattern)) return [];
  if (typeof shape.constant === 'string' && matches(pattern, shape.constant) === true) return [];
  const written =
    shape.constant === undefined ? shape.patterns.join(' and ') || 'any string' : JSON.stringify(shape.constant);
  return [problem(frame, 'pattern', { written, accepted: pattern, certain: isCertain(shape) })];
}

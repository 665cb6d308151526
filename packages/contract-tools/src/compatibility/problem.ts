import type { Place } from './schema.ts';
import type { Shape } from './shape.ts';

/** Steps into a value: a field's name, `[]` (any item), `[0]`, `*` (any value of a map), `(type=integer)` (a variant). */
export type Path = readonly string[];

/** `ranges.*(type=integer).min` */
export const pathText = (path: Path): string =>
  path.reduce((text, step) => (text === '' || /^[[(]/.test(step) ? text + step : `${text}.${step}`), '');

/** What changed: a keyword of JSON Schema where one says it, else in words. */
export type Kind =
  | 'field removed'
  | 'field added'
  | 'field renamed'
  | 'field became optional'
  | 'field became required'
  | 'type'
  | 'values'
  | 'variant'
  | 'format'
  | 'pattern'
  | 'minimum'
  | 'maximum'
  | 'multipleOf'
  | 'minLength'
  | 'maxLength'
  | 'minItems'
  | 'maxItems'
  | 'uniqueItems'
  | 'minProperties'
  | 'maxProperties'
  | 'additionalProperties'
  | 'patternProperties'
  | 'propertyNames'
  | 'default'
  | 'keyword';

/** `backward`: events that new code makes, read by old consumers. `forward`: old events, read by new code. */
export type Direction = 'backward' | 'forward';

/** A reason why not everything that is written is accepted. */
export interface Problem {
  readonly path: Path;
  readonly kind: Kind;
  readonly written: string;
  readonly accepted: string;
  /** False: it may be harmless, but that cannot be told from the schemas. */
  readonly certain: boolean;
}

/** Where a comparison stands. */
export interface Frame {
  readonly direction: Direction;
  readonly path: Path;
  /** The comparisons that this one is part of: one that comes up again within itself, of a recursive schema, holds if the others do. */
  readonly under: ReadonlySet<string>;
  /** All shapes that a producer writes at this place. */
  readonly siblings: readonly Shape[];
  /** Whether everything that satisfies `written` is accepted by `read`. */
  readonly compare: (written: readonly Place[], read: Place, frame: Frame) => readonly Problem[];
}

export const into = (frame: Frame, ...steps: readonly string[]): Frame => ({
  ...frame,
  path: [...frame.path, ...steps],
});

export const problem = (
  { path }: Frame,
  kind: Kind,
  { written, accepted, certain = true }: { written: string; accepted: string; certain?: boolean },
): Problem => ({ path, kind, written, accepted, certain });

/** `1 item`, `2 items` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** One problem for each place and kind. */
export function merged(problems: readonly Problem[]): readonly Problem[] {
  const byPlace = Map.groupBy(problems, ({ path, kind }) => JSON.stringify([path, kind]));
  return [...byPlace.values()].flatMap((same) => {
    const [first] = same;
    const together = (text: (each: Problem) => string) => [...new Set(same.map(text))].join(', ');
    return first === undefined
      ? []
      : [
          {
            ...first,
            written: together(({ written }) => written),
            accepted: together(({ accepted }) => accepted),
            certain: same.some(({ certain }) => certain),
          },
        ];
  });
}

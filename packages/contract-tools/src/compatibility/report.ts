import { isFailure, type Change } from './check.ts';
import { counted } from './problem.ts';

/** The changes as people read them: what each is about, what is to be done about those that break something. */
export function reportOf(changes: readonly Change[], versions: { last: string; present: string }): string {
  const failures = changes.filter(isFailure);
  const heading = `contracts: ${versions.last} (last release) -> ${versions.present} (working tree)`;
  const groups = [...Map.groupBy(changes, ({ about }) => about)].map(([about, group]) =>
    [about, ...group.map(lineOf)].join('\n'),
  );
  const verdict =
    failures.length > 0
      ? `${counted(failures.length, 'change')} of ${changes.length} must not be published`
      : changes.length > 0
        ? `${counted(changes.length, 'change')}, none of which breaks anything`
        : 'nothing changed';
  return [heading, ...groups, verdict].join('\n\n');
}

function lineOf(change: Change): string {
  const { path, what, breaks, why, remedy } = change;
  const title = `  ${[path, what].filter((part) => part !== '').join(': ')}`;
  if (!isFailure(change)) return title;
  const whom = breaks === undefined ? '' : `breaks ${WHOM[breaks]}: `;
  return `${title}\n    ${whom}${why}\n    ${remedy}`;
}

const WHOM: Readonly<Record<NonNullable<Change['breaks']>, string>> = {
  both: 'old consumers and replays',
  'old consumers': 'old consumers',
  replays: 'replays of old events',
  neither: 'nobody',
};

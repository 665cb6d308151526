import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { intrinsics } from './intrinsics.ts';

/** A state machine's definition in the Amazon States Language. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/**
 * The definition in a service's `state-machine.yml`, as `rememberWalks` takes it. `!Sub`, `!GetAtt` and `!Ref` become their
 * plain text, the stage is `dev`. Any other tag is an error.
 */
export function loadStateMachine(file: string | URL): Definition {
  const document = parseDocument(readFileSync(file, 'utf8').replaceAll('${sls:stage}', 'dev'), {
    customTags: intrinsics,
  });
  const problem = [...document.errors, ...document.warnings][0];
  if (problem) throw problem;
  const { definition } = (document.toJS() ?? {}) as { definition?: Definition };
  if (typeof definition?.StartAt !== 'string') {
    throw new TypeError(`${String(file)} has no state machine: "definition" with "StartAt" and "States" is missing`);
  }
  return definition;
}

/** What Arguments come to that are computed, as far as permissions depend on them. */
import type { Place } from '../template/identity.ts';
import type { JsonObject } from '../template/json.ts';

type Example = (place: Place) => JsonObject;

const winners = ({ stage }: Place): JsonObject => ({ TableName: `regulabel-${stage}-winners` });

/** By service and state. */
const EXAMPLES: Readonly<Record<string, Example>> = {
  // `plan` says which warehouse, as the stage's file does.
  'ingest/Unload': () => ({ WorkgroupName: 'regulabel', Database: 'dev' }),
  // `decide` makes the transaction: the decision, and the pointer, which is moved or has to be as it was.
  'evaluation/Record': (place) => ({
    TransactItems: [{ Put: winners(place) }, { ConditionCheck: winners(place) }],
  }),
};

/** Members to add to the Arguments of a state of a service. */
export const examplesOf = (service: string, state: string, place: Place): JsonObject =>
  EXAMPLES[`${service}/${state}`]?.(place) ?? {};

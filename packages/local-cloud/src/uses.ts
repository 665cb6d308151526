/** Which of the permissions in roles' policies some call needed: without them it would have been denied. */
import { rolesOf } from './iam.ts';
import { parsePolicy, type Statement } from './policy/document.ts';
import { matchesAction } from './policy/pattern.ts';
import type { Store } from './store.ts';

/** An action as its statement names it, wildcards and all. */
export interface Permission {
  readonly role: string;
  readonly policy: string;
  /** The statement's Sid or its number in the policy, from 0. */
  readonly statement: string;
  readonly action: string;
  /** Whether some call would have been denied without it. */
  readonly needed: boolean;
}

const collection = (store: Store) => store.collection<true>('iam.use');
const keyOf = (origin: string, pattern: string): string => `${origin} ${pattern}`;

/** The actions that are written already: most calls need what an earlier one needed. */
const written = new WeakMap<Statement, Set<string>>();

/** Remembers that a call's action was allowed by this statement of the caller's policies, and by no other. */
export function recordUse(store: Store, statement: Statement, action: string): void {
  const { origin, actions } = statement;
  if (actions.allBut) return;
  const known = written.get(statement) ?? new Set();
  if (known.has(action)) return;
  for (const pattern of actions.patterns) {
    const use = keyOf(origin, pattern);
    if (matchesAction(pattern, action) && collection(store).get(use) === undefined) collection(store).put(use, true);
  }
  written.set(statement, known.add(action));
}

/**
 * What roles are allowed, action by action. Not needed is what no call asked for, and what another statement allowed as
 * well each time. Statements with `NotAction` are left out.
 */
export function permissionsOf(store: Store): Permission[] {
  const needed = new Set(
    collection(store)
      .list()
      .map(({ key }) => key),
  );
  return rolesOf(store).flatMap(({ RoleName: role, inlinePolicies }) =>
    Object.entries(inlinePolicies).flatMap(([policy, text]) =>
      parsePolicy(JSON.parse(text), `${role}/${policy}`)
        .filter(({ effect, actions }) => effect === 'Allow' && !actions.allBut)
        .flatMap(({ origin, actions }) =>
          actions.patterns.map((action) => ({
            role,
            policy,
            statement: origin.slice(`${role}/${policy}/`.length),
            action,
            needed: needed.has(keyOf(origin, action)),
          })),
        ),
    ),
  );
}

/** Which of the permissions in roles' policies some call needed. */
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
}

const collection = (store: Store) => store.collection<true>('iam.use');
const keyOf = (origin: string, pattern: string): string => `${origin} ${pattern}`;

/** The actions that are written already: most calls need what an earlier one needed. */
const written = new WeakMap<Statement, Set<string>>();

/** Remembers that these statements allowed a call's action. */
export function recordUse(store: Store, statements: readonly Statement[], action: string): void {
  for (const statement of statements) {
    const { origin, principals, actions } = statement;
    if (principals !== undefined || actions.allBut) continue;
    const known = written.get(statement) ?? new Set();
    if (known.has(action)) continue;
    for (const pattern of actions.patterns) {
      const use = keyOf(origin, pattern);
      if (matchesAction(pattern, action) && collection(store).get(use) === undefined) collection(store).put(use, true);
    }
    written.set(statement, known.add(action));
  }
}

/** What roles are allowed, action by action, and no call has needed. Statements with `NotAction` are left out. */
export function unusedPermissions(store: Store): Permission[] {
  const used = new Set(
    collection(store)
      .list()
      .map(({ key }) => key),
  );
  return rolesOf(store).flatMap(({ RoleName: role, inlinePolicies }) =>
    Object.entries(inlinePolicies).flatMap(([policy, text]) =>
      parsePolicy(JSON.parse(text), `${role}/${policy}`)
        .filter(({ effect, actions }) => effect === 'Allow' && !actions.allBut)
        .flatMap(({ origin, actions }) =>
          actions.patterns
            .filter((pattern) => !used.has(keyOf(origin, pattern)))
            .map((action) => ({ role, policy, statement: origin.slice(`${role}/${policy}/`.length), action })),
        ),
    ),
  );
}

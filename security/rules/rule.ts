/** What a rule is, and how what it finds is told. */
import { machinesOf, type Task } from './template/machines.ts';
import { ofType, type Resource, type Stack } from './template/stack.ts';

export interface Finding {
  /** The stack's name. */
  readonly stack: string;
  /** A logical id; with it, where it matters, the statement or the state. */
  readonly where: string;
  /** What is wrong. */
  readonly what: string;
}

/** Looks at all stacks, since some promises are kept between them. Pure: the same templates, the same findings. */
export type Check = (stacks: readonly Stack[]) => readonly Finding[] | Promise<readonly Finding[]>;

export interface Rule {
  readonly name: string;
  /** What to do about a violation. */
  readonly remedy: string;
  /** The public rules that it stands for: `AwsSolutions-...` (cdk-nag), `CKV_AWS_...` (checkov), `guard ...` (AWS Guard rules). */
  readonly standsFor?: readonly string[];
  readonly check: Check;
}

export interface Violation extends Finding {
  readonly rule: Pick<Rule, 'name' | 'remedy' | 'standsFor'>;
}

/** A sentence about the resource itself, or about a place in it. */
export type Problem = string | { readonly in: string; readonly what: string };

/** A rule's check that looks at each resource of a type by itself. */
export const each =
  (type: string, problemsOf: (resource: Resource, stack: Stack) => Problem | readonly Problem[] | undefined) =>
  (stacks: readonly Stack[]): Finding[] =>
    stacks.flatMap((stack) =>
      ofType(stack, type).flatMap((resource) =>
        [problemsOf(resource, stack) ?? []].flat().map((problem: Problem) => finding(stack, resource, problem)),
      ),
    );

/** A rule's check that looks at each Task by itself. */
export const eachTask =
  (problemsOf: (task: Task, stack: Stack) => string | readonly string[] | undefined) =>
  (stacks: readonly Stack[]): Finding[] =>
    stacks.flatMap((stack) =>
      machinesOf(stack).flatMap(({ resource, tasks }) =>
        tasks.flatMap((task) =>
          [problemsOf(task, stack) ?? []]
            .flat()
            .map((what) => finding(stack, resource, { in: `state ${task.name}`, what })),
        ),
      ),
    );

export const finding = ({ name }: Stack, { id }: Resource, problem: Problem): Finding =>
  typeof problem === 'string'
    ? { stack: name, where: id, what: problem }
    : { stack: name, where: `${id}, ${problem.in}`, what: problem.what };

/** Everything that the rules find, rule by rule. */
export async function violationsOf(rules: readonly Rule[], stacks: readonly Stack[]): Promise<Violation[]> {
  const found = rules.map(async (rule) => (await rule.check(stacks)).map((each) => ({ ...each, rule })));
  return (await Promise.all(found)).flat();
}

/** For people: each rule that found something, what to do about it, and where. */
export function report(violations: readonly Violation[]): string[] {
  const byRule = Map.groupBy(violations, ({ rule }) => rule);
  return [...byRule].flatMap(([{ name, remedy, standsFor = [] }, found]) => [
    [name, ...standsFor].join(', '),
    `  ${remedy}.`,
    ...found.map(({ stack, where, what }) => `  - ${stack}: ${where}: ${what}`),
  ]);
}

/**
 * The JSONPath that Batch Transform's filters need for JSON lines: `$`, members (`.name`, `['name']`), and last of all
 * a choice of several (`['a','b']`), which keeps those members as an object.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
 */
export interface JsonPath {
  readonly members: readonly string[];
  readonly choice?: readonly string[];
}

const STEP = /\.([A-Za-z_][\w-]*)|\[\s*('(?:[^'\\]*)'(?:\s*,\s*'(?:[^'\\]*)')*)\s*\]/y;

/** Undefined when `text` is not of the supported forms. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const members: string[] = [];
  let position = 1;
  while (position < text.length) {
    STEP.lastIndex = position;
    const step = STEP.exec(text);
    if (step === null) return undefined;
    position = STEP.lastIndex;
    const names =
      step[1] === undefined ? [...(step[2] ?? '').matchAll(/'([^']*)'/g)].map(([, each = '']) => each) : [step[1]];
    if (names.length > 1) return position === text.length ? { members, choice: names } : undefined;
    members.push(...names);
  }
  return { members };
}

/** The part of `value` that the path names; undefined when there is no such part. */
export function select({ members, choice }: JsonPath, value: unknown): unknown {
  let part = value;
  for (const member of members) part = memberOf(part, member);
  if (choice === undefined) return part;
  const chosen = choice.map((member) => [member, memberOf(part, member)] as const);
  return chosen.some(([, each]) => each === undefined) ? undefined : Object.fromEntries(chosen);
}

const memberOf = (value: unknown, member: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, member)
    ? (value as Record<string, unknown>)[member]
    : undefined;

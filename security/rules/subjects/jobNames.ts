import type { Rule } from '../rule.ts';
import { at } from '../template/json.ts';
import { membersSpelled, spelled } from '../template/spelling.ts';
import { retriesOf } from '../template/waiting.ts';
import { eachJob, RUNNING } from './jobKinds.ts';
import { LONGEST_STAGE } from './stacks.ts';

/**
 * Characters of what the starting functions put into an execution's input for the names of its jobs, stage included
 * (`trainingExecutionInput`, `inferenceExecutionInput`, `comparisonExecutionInput`).
 */
const LONGEST_PARTS: Readonly<Record<string, number>> = {
  'states.input.jobs.prepare': LONGEST_STAGE + 19,
  'input.jobs.model': LONGEST_STAGE + 19,
  'states.input.job': LONGEST_STAGE + 15,
  'states.input.digest': 12,
  'input.digest': 12,
  /** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
  'states.context.Execution.RedriveCount': '1000'.length,
};

export const jobNames: readonly Rule[] = [
  {
    name: 'job-name-used-once',
    remedy: 'Add RedriveCount and RetryCount: a name stays taken after a failure',
    check: eachJob(({ args, kind }) => {
      const name = spelled(at(args, kind.nameField)) ?? '';
      const missing = ['states.context.Execution.RedriveCount', 'states.context.State.RetryCount'].filter(
        (count) => !name.includes(`{${count}}`),
      );
      return missing.length === 0 ? undefined : `its name ${name} lacks ${missing.join(' and ')}`;
    }),
  },
  {
    name: 'job-name-fits',
    remedy: 'Shorten it',
    check: eachJob(({ args, kind, task }, { place: { stage } }) => {
      const name = spelled(at(args, kind.nameField)) ?? '';
      const length = longest(name, { stage, retries: retriesOf(task.state) });
      if (length === undefined) return `how long its name ${name} may be is not known: add its parts to LONGEST_PARTS`;
      return length > kind.longestName
        ? `its name may have ${length} characters, SageMaker takes ${kind.longestName}`
        : undefined;
    }),
  },
  {
    name: 'job-name-begins-with-the-stage',
    remedy: 'Begin it with `<stage>-`: the roles may only touch such jobs',
    check: eachJob(({ args, kind }, { place: { stage } }) => {
      const name = spelled(at(args, kind.nameField)) ?? '';
      const [first = ''] = /^\{[^}]*\}|^[^{]*/.exec(name) ?? [];
      return first.startsWith(`${stage}-`) || BEGIN_WITH_STAGE.includes(first) ? undefined : `its name is ${name}`;
    }),
  },
  {
    name: 'job-outputs-under-its-name',
    remedy: "Put the job's name into every output path: two attempts may run at the same time",
    check: eachJob(({ args, kind }) => {
      const name = spelled(at(args, kind.nameField));
      const uris = membersSpelled(at(args, ...kind.outputs), kind.uriField);
      if (name === undefined || uris.length === 0) return 'it does not say where its outputs go';
      return uris
        .filter((uri) => !uri.includes(`/${name}`) && !uri.includes(`}${name}`))
        .map((uri) => `it writes to ${uri}`);
    }, RUNNING),
  },
];

/** Parts of the input that begin with the stage, as their contracts say. */
const BEGIN_WITH_STAGE = ['{states.input.jobs.prepare}', '{input.jobs.model}', '{states.input.job}'];

/** Characters of a spelled name for the longest stage; undefined where a part's length is not known. */
function longest(spelling: string, { stage, retries }: { stage: string; retries: number }): number | undefined {
  const parts = spelling.match(/\{[^}]*\}|[^{]+/g) ?? [];
  const lengths = parts.map((part, index) => {
    if (!part.startsWith('{'))
      return part.length + (index === 0 && part.startsWith(`${stage}-`) ? LONGEST_STAGE - stage.length : 0);
    const path = part.slice(1, -1);
    if (path === 'states.context.State.RetryCount') return String(retries).length;
    // $substring(text, start, length)
    return LONGEST_PARTS[path] ?? Number(/^substring\(.*,(\d+)\)$/.exec(path)?.[1] ?? NaN);
  });
  const length = lengths.reduce((sum, each) => sum + each, 0);
  return spelling === '' || Number.isNaN(length) ? undefined : length;
}

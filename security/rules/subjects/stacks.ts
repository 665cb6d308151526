import type { Finding, Rule } from '../rule.ts';
import { finding } from '../rule.ts';
import { nameProperty } from '../template/identity.ts';
import { isObject, text } from '../template/json.ts';
import type { Stack } from '../template/stack.ts';

/** The longest stage name; STAGE_PATTERN of packages/shared/src/names.ts. */
export const LONGEST_STAGE = 8;

/** Limits of names, by type. What is not here is far from its limit. */
const LONGEST_NAMES: Readonly<Record<string, number>> = {
  'AWS::Events::Rule': 64,
  'AWS::IAM::Role': 64,
  'AWS::Lambda::Function': 64,
  'AWS::S3::Bucket': 63,
  'AWS::SQS::Queue': 80,
  'AWS::Scheduler::Schedule': 64,
  'AWS::StepFunctions::StateMachine': 80,
};

const inStack = ({ name }: Stack, where: string, what: string): Finding => ({ stack: name, where, what });

const namesIn = (stack: Stack) =>
  stack.resources.flatMap((resource) => {
    const name = text(resource.properties[nameProperty(resource.type) ?? '']);
    return name === '' ? [] : [{ resource, name }];
  });

export const stacks: readonly Rule[] = [
  {
    name: 'stack-imports-nothing',
    remedy: 'Derive the name, or read an SSM parameter: an import ties one service to the deployment of another',
    check: (all) =>
      all.flatMap((stack) =>
        imports(stack.template).map((path) => inStack(stack, path, 'it imports a value of another stack')),
      ),
  },
  {
    name: 'stack-exports-nothing',
    remedy: 'Leave it out: others derive names (what Serverless itself exports, sls-..., nobody imports)',
    check: (all) =>
      all.flatMap((stack) =>
        Object.entries((stack.template['Outputs'] ?? {}) as Record<string, unknown>).flatMap(([output, value]) => {
          const exported =
            isObject(value) && isObject(value['Export']) ? text(value['Export']['Name']) || 'computed' : '';
          return exported === '' || exported.startsWith('sls-')
            ? []
            : [inStack(stack, `Outputs.${output}`, `it is exported as ${exported}`)];
        }),
      ),
  },
  {
    name: 'names-tell-the-stage',
    remedy: 'Begin the name with regulabel-<stage>: stages live side by side in one account',
    check: (all) =>
      all.flatMap((stack) =>
        namesIn(stack)
          .filter(({ name }) => !new RegExp(`regulabel[-/_]${stack.place.stage}\\b`).test(name))
          .map(({ resource, name }) => finding(stack, resource, `another stage would have a ${name} too`)),
      ),
  },
  {
    name: 'names-fit-the-longest-stage',
    remedy: `Shorten it: stages have up to ${LONGEST_STAGE} characters`,
    check: (all) =>
      all.flatMap((stack) =>
        namesIn(stack).flatMap(({ resource, name }) => {
          const length = name.length + LONGEST_STAGE - stack.place.stage.length;
          const most = LONGEST_NAMES[resource.type] ?? Infinity;
          return length > most
            ? [finding(stack, resource, `${name} may have ${length} characters, AWS takes ${most}`)]
            : [];
        }),
      ),
  },
];

/** Where Fn::ImportValue stands, as a path from the top. */
function imports(value: unknown, path = ''): string[] {
  if (!isObject(value) && !Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([member, inner]) =>
    member === 'Fn::ImportValue' ? [path] : imports(inner, path === '' ? member : `${path}.${member}`),
  );
}

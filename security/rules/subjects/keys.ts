import type { Statement } from '@regulabel/local-cloud/policy/document';
import { matchesAction } from '@regulabel/local-cloud/policy/pattern';
import { each, type Problem, type Rule } from '../rule.ts';
import type { Place } from '../template/identity.ts';
import { isTrue } from '../template/json.ts';
import { conditionOn, openToAll, statementsOf } from '../template/policies.ts';
import { ofType, type Resource, type Stack } from '../template/stack.ts';
import { aliasesOf, keyOf, ownRole } from '../template/world.ts';

/** What makes or takes apart ciphertexts, or lets others do so. The rest of KMS administers. */
const USES = [
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:GenerateDataKeyPair',
  'kms:GenerateDataKeyPairWithoutPlaintext',
  'kms:CreateGrant',
];

export const keyUsesIn = ({ actions }: Pick<Statement, 'actions'>): string[] =>
  USES.filter((use) => actions.patterns.some((pattern) => matchesAction(pattern, use)) !== actions.allBut);

/**
 * Families of actions that AWS documents as such, for DynamoDB and for CloudWatch Logs; any other wildcard reaches further
 * than it reads. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
const FAMILIES = ['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];

const isAccount = (principal: string, { account }: Place): boolean =>
  [account, `arn:aws:iam::${account}:root`].includes(principal);

const ofStatements = (problemOf: (statement: Statement, key: Resource, stack: Stack) => string | undefined) =>
  each('AWS::KMS::Key', (key, stack) =>
    statementsOf(key).flatMap((statement): Problem[] => {
      const what = statement.effect === 'Allow' ? problemOf(statement, key, stack) : undefined;
      return what === undefined ? [] : [{ in: `statement ${statement.origin}`, what }];
    }),
  );

export const keys: readonly Rule[] = [
  {
    name: 'key-rotates',
    remedy: 'Set EnableKeyRotation to true',
    standsFor: ['AwsSolutions-KMS5', 'CKV_AWS_7'],
    check: each('AWS::KMS::Key', ({ properties }) =>
      isTrue(properties['EnableKeyRotation']) ? undefined : 'its material stays the same for ever',
    ),
  },
  {
    name: 'key-not-for-everybody',
    remedy: 'Name roles or services; for other stacks, the account with an aws:PrincipalArn condition',
    standsFor: ['CKV_AWS_33'],
    check: each('AWS::KMS::Key', (key) =>
      openToAll(statementsOf(key)).map((origin) => ({ in: `statement ${origin}`, what: 'its principal is *' })),
    ),
  },
  {
    name: 'key-without-wildcard-action',
    remedy: `List the actions; of wildcards only ${FAMILIES.join(', ')} mean what they say`,
    check: ofStatements(({ actions }) => {
      const wide = actions.patterns.filter((pattern) => /[*?]/.test(pattern) && !FAMILIES.includes(pattern));
      return wide.length === 0 ? undefined : `it allows ${wide.join(', ')}`;
    }),
  },
  {
    name: 'key-account-never-uses',
    remedy:
      'Narrow it by aws:PrincipalArn to roles of the stage; a table key by kms:ViaService of DynamoDB, CreateGrant also by kms:GrantIsForAWSResource',
    check: ofStatements((statement, key, stack) => {
      const uses = keyUsesIn(statement);
      const handsOver = statement.principals?.aws.some((principal) => isAccount(principal, stack.place)) === true;
      if (!handsOver || uses.length === 0 || namesRoles(statement, stack.place)) return undefined;
      if (throughTable(statement, key, stack) && !grantsFreely(statement, uses)) return undefined;
      return `whoever may write IAM policies in this account may ${uses.join(', ')}`;
    }),
  },
  {
    name: 'key-names-own-roles-only',
    remedy: 'Admit other stacks through the account and aws:PrincipalArn: KMS refuses principals that do not exist',
    check: ofStatements(({ principals }, _key, stack) => {
      const foreign = (principals?.aws ?? []).filter(
        (principal) =>
          principal !== '*' && !isAccount(principal, stack.place) && ownRole(stack, principal) === undefined,
      );
      return foreign.length === 0 ? undefined : `its principals are none of this stack's roles: ${foreign.join(', ')}`;
    }),
  },
  {
    name: 'key-has-alias',
    remedy: 'Give it an AWS::KMS::Alias: people and other stacks find keys by their aliases',
    check: each('AWS::KMS::Key', (key, stack) => (aliasesOf(stack, key).length > 0 ? undefined : 'it has no alias')),
  },
];

/** Every value is a role of this stage, with no wildcard before the stage's name. */
function namesRoles(statement: Statement, { account, stage }: Place): boolean {
  const values = conditionOn(statement, 'aws:PrincipalArn', ['ArnEquals', 'ArnLike', 'StringEquals', 'StringLike']);
  return values?.every((value) => value.startsWith(`arn:aws:iam::${account}:role/regulabel-${stage}-`)) === true;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
function throughTable(statement: Statement, key: Resource, stack: Stack): boolean {
  const isOfTable = ofType(stack, 'AWS::DynamoDB::Table').some((table) => keyOf(stack, table) === key);
  const services = conditionOn(statement, 'kms:ViaService', ['StringEquals']);
  return isOfTable && services?.join() === `dynamodb.${stack.place.region}.amazonaws.com`;
}

const grantsFreely = (statement: Statement, uses: readonly string[]): boolean =>
  uses.includes('kms:CreateGrant') && conditionOn(statement, 'kms:GrantIsForAWSResource', ['Bool'])?.join() !== 'true';

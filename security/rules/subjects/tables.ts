import { each, type Rule } from '../rule.ts';
import { at, isTrue } from '../template/json.ts';
import { underOwnKey } from './encryption.ts';
import { keyNotRetained, notRetained } from './retention.ts';

export const tables: readonly Rule[] = [
  {
    name: 'table-encrypted',
    remedy: 'Set SSESpecification to KMS with the ARN of a key of the same template',
    standsFor: ['CKV_AWS_119'],
    check: each(
      'AWS::DynamoDB::Table',
      underOwnKey('items', ({ properties }) => isTrue(at(properties, 'SSESpecification', 'SSEEnabled'))),
    ),
  },
  {
    name: 'table-recoverable',
    remedy: 'Set PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled to true',
    standsFor: ['AwsSolutions-DDB3', 'CKV_AWS_28'],
    check: each('AWS::DynamoDB::Table', ({ properties }) =>
      isTrue(at(properties, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled'))
        ? undefined
        : 'what a mistake overwrote cannot be brought back',
    ),
  },
  {
    name: 'table-retained',
    remedy:
      "Set DeletionPolicy and UpdateReplacePolicy to Retain, on the table's key too: without it the items cannot be read",
    check: each('AWS::DynamoDB::Table', (table, stack) => notRetained(table) ?? keyNotRetained(table, stack)),
  },
];

/** What is asked of the local cloud, about everybody: by cell and verb, the ways of doing it. One way that is allowed is enough. */
import { LOCAL } from '@regulabel/cli/local/place';
import type { AskedCall } from '@regulabel/local-cloud/asked';
import { CELLS, DATA_KEYS, type DataKey, type Kind } from './data.ts';

/** Calls that have to be allowed together. */
type Way = readonly AskedCall[];
export type Questions = Readonly<Record<string, Readonly<Record<string, readonly Way[]>>>>;

export const aliasOf = (key: string): string => `alias/regulabel-${LOCAL.stage}-${key}`;
const arnOf = (service: string, name: string): string => `arn:aws:${service}:${LOCAL.region}:${LOCAL.account}:${name}`;

const kms = (operation: string, key: string, more: object = {}): AskedCall => ({
  service: 'kms',
  operation,
  input: { KeyId: aliasOf(key), ...more },
});
const through = (via: string, call: AskedCall): AskedCall => ({ ...call, via });
const contextOf = (kind: Kind): object =>
  'bucket' in kind ? { EncryptionContext: { 'aws:s3:arn': `arn:aws:s3:::${kind.bucket}/${kind.key}` } } : {};

/** S3 and DynamoDB ask KMS on behalf of whoever reads or writes. */
const throughOwner = (kind: Kind, operation: string, key: string): AskedCall =>
  through('bucket' in kind ? 's3' : 'dynamodb', kms(operation, key, contextOf(kind)));

const s3 = (operation: string, { bucket, key }: { bucket: string; key: string }, more: object = {}): AskedCall => ({
  service: 's3',
  operation,
  input: { Bucket: bucket, Key: key, ...more },
});

/** Any one of some operations on a table or its index; DynamoDB asks for its key. */
const items = (place: object, operations: readonly string[], key: string): Way[] =>
  operations.map((operation) => [
    { service: 'dynamodb', operation, input: { ...place } },
    through('dynamodb', kms('Decrypt', key)),
  ]);
const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PartiQLSelect'];
const WRITES = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
];

/** Reads and writes that take effect: the service's own permission and its key's. */
export const dataQuestions: Questions = Object.fromEntries(
  CELLS.map(({ cell, under, kind }) => [
    cell,
    'table' in kind
      ? {
          read: [{}, ...kind.indexes.map((IndexName) => ({ IndexName }))].flatMap((index) =>
            items({ TableName: kind.table, ...index }, READS, under),
          ),
          write: items({ TableName: kind.table }, WRITES, under),
        }
      : {
          read: [{}, { VersionId: 'earlier' }].map((version) => [
            s3('GetObject', kind, version),
            throughOwner(kind, 'Decrypt', under),
          ]),
          write: [[s3('PutObject', kind), throughOwner(kind, 'GenerateDataKey', under)]],
        },
  ]),
);

/** A write that no key of ours protects. */
export const unsealedQuestions: Questions = Object.fromEntries(
  CELLS.flatMap(({ cell, kind }) =>
    'table' in kind
      ? []
      : [[cell, { 'write unsealed': [[s3('PutObject', kind, { ServerSideEncryption: 'AES256' })]] }]],
  ),
);

const kindsUnder = (key: DataKey): Kind[] => CELLS.flatMap(({ under, kind }) => (under === key ? [kind] : []));

/** What the keys themselves let happen on behalf of S3 and DynamoDB. */
export const keyQuestions: Questions = Object.fromEntries(
  DATA_KEYS.map((key) => [
    key,
    {
      decrypt: kindsUnder(key).map((kind) => [throughOwner(kind, 'Decrypt', key)]),
      encrypt: kindsUnder(key).map((kind) => [throughOwner(kind, 'GenerateDataKey', key)]),
    },
  ]),
);

const CRYPTOGRAPHIC = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** Uses of a data key past S3 and DynamoDB, with the context of an object or without one; and lending it. */
export const directQuestions: Questions = Object.fromEntries(
  DATA_KEYS.map((key) => {
    const uses = CRYPTOGRAPHIC.flatMap((operation) =>
      [{}, ...kindsUnder(key).map(contextOf)].map((context) => kms(operation, key, context)),
    );
    return [
      key,
      {
        'use directly': uses.map((call) => [call]),
        'use through others': uses.map((call) => [through('lambda', call)]),
        lend: [[kms('CreateGrant', key)], [through('dynamodb', kms('CreateGrant', key))]],
      },
    ];
  }),
);

/** The keys of the volumes that jobs run on, by `<service>-volume`. */
export const volumeQuestions = (keys: readonly string[]): Questions =>
  Object.fromEntries(
    keys.map((key) => [
      key,
      {
        attach: [[through('sagemaker', kms('CreateGrant', key, { GrantIsForAWSResource: true }))]],
        use: ['Decrypt', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKey'].flatMap((operation) => [
          [kms(operation, key)],
          [through('ec2', kms(operation, key))],
        ]),
        lend: [[kms('CreateGrant', key)]],
      },
    ]),
  );

export const messageQuestions = ({ queues, topics }: { queues: string[]; topics: string[] }): Questions => ({
  ...Object.fromEntries(
    queues.map((queue) => [
      shortName(queue),
      {
        receive: [[{ service: 'sqs', operation: 'ReceiveMessage', input: { QueueName: queue } }]],
        send: [[{ service: 'sqs', operation: 'SendMessage', input: { QueueName: queue } }]],
      },
    ]),
  ),
  ...Object.fromEntries(
    topics.map((topic) => [
      shortName(topic),
      { publish: [[{ service: 'sns', operation: 'Publish', input: { TopicArn: arnOf('sns', topic) } }]] },
    ]),
  ),
});

/** Any use of a key, for itself; of logs with the context that CloudWatch Logs gives them. */
export function serviceQuestions(keys: readonly string[]): Questions {
  const logGroup = { 'aws:logs:arn': arnOf('logs', `log-group:/aws/lambda/regulabel-${LOCAL.stage}-plan`) };
  const waysOf = (key: string): Way[] =>
    [...CRYPTOGRAPHIC, 'CreateGrant'].flatMap((operation) => [
      [kms(operation, key)],
      [kms(operation, key, { EncryptionContext: logGroup })],
    ]);
  return Object.fromEntries(keys.map((key) => [key, { use: waysOf(key) }]));
}

/** What would give a role more than its policy says, or take away what others rely on. */
export const powerQuestions = (roles: readonly string[], keys: readonly string[]): Questions => ({
  'other roles': {
    'take on': roles.map((RoleArn) => [{ service: 'sts', operation: 'AssumeRole', input: { RoleArn } }]),
    change: roles.flatMap((arn) =>
      ['PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy', 'DeleteRole'].map((operation) => [
        { service: 'iam', operation, input: { RoleName: arn } },
      ]),
    ),
  },
  keys: {
    administer: keys.flatMap((key) =>
      ['PutKeyPolicy', 'ScheduleKeyDeletion', 'DisableKey', 'UpdateAlias', 'DeleteAlias', 'RevokeGrant'].map(
        (operation) => [kms(operation, key)],
      ),
    ),
  },
  data: {
    delete: CELLS.flatMap(({ kind }): Way[] =>
      'table' in kind
        ? ['DeleteItem', 'DeleteTable'].map((operation) => [
            { service: 'dynamodb', operation, input: { TableName: kind.table } },
          ])
        : [[s3('DeleteObject', kind)], [s3('DeleteObject', kind, { VersionId: 'earlier' })]],
    ),
    open: CELLS.flatMap(({ kind }) =>
      'table' in kind
        ? []
        : ['PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketEncryption', 'PutBucketVersioning'].map((operation) => [
            { service: 's3', operation, input: { Bucket: kind.bucket } },
          ]),
    ),
  },
});

/** Names without what all of the stage have in common. */
export const shortName = (name: string): string => name.replace(`regulabel-${LOCAL.stage}-`, '');

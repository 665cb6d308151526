import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalCloud } from '@regulabel/local-cloud/testing';
import { DATA_KEYS } from './data.ts';
import {
  foreignPrincipals,
  ownRoles,
  roleArn,
  servicesNamed,
  strangers,
  withOpenRoles,
  withStrangers,
} from './people.ts';
import {
  aliasOf,
  dataQuestions,
  directQuestions,
  keyQuestions,
  messageQuestions,
  powerQuestions,
  serviceQuestions,
  shortName,
  unsealedQuestions,
  volumeQuestions,
  type Questions,
} from './questions.ts';
import { differences, rightsOf } from './rights.ts';
import { compiledStage, deployStage, keyPoliciesOf, namesOf, rolesOf, type Service, type Stage } from './stage.ts';
import { KEY_USES, MESSAGES, OPERATOR_OF_QUEUES, SERVICES, TABLE, VOLUMES } from './table.ts';

const SERVICE_KEYS = ['ingest', 'training', 'evaluation', 'inference'];
const MESSAGE_KEYS = SERVICE_KEYS.map((service) => `${service}-messages`);
const VOLUME_KEYS = ['training', 'evaluation', 'inference'].map((service) => `${service}-volume`);
const KEYS = [...DATA_KEYS, ...MESSAGE_KEYS, ...VOLUME_KEYS];

let stage: Stage;
/** The templates as they are. */
let asCompiled: LocalCloud;
/** Every role's own policy allows everything: what keys and buckets let in. */
let withOpen: LocalCloud;
beforeAll(async () => {
  stage = await compiledStage();
  asCompiled = await deployStage(withStrangers(stage));
  withOpen = await deployStage(withStrangers(withOpenRoles(stage)));
}, 600_000);
afterAll(() => Promise.all([asCompiled.stop(), withOpen.stop()]));

const own = (): string[] => ownRoles(stage).map(roleArn);
const everybody = (): string[] => [...own(), ...strangers(stage).map(roleArn)];
const ask = ({ cloud }: LocalCloud, people: readonly string[], questions: Questions) =>
  rightsOf(cloud, people, questions);

describe('the compiled templates', () => {
  it('let every role read and write what the table says, and nothing else', async () => {
    expect(differences(TABLE, await ask(asCompiled, everybody(), dataQuestions))).toEqual([]);
  });

  it("have keys that let in whom the table names, whatever a role's own policy allows", async () => {
    expect(differences(KEY_USES, await ask(withOpen, everybody(), keyQuestions))).toEqual([]);
  });

  it('have keys that serve S3 and DynamoDB only, and are lent to nobody', async () => {
    expect(differences({}, await ask(withOpen, everybody(), directQuestions))).toEqual([]);
  });

  it('let nobody write an object that no key of theirs protects', async () => {
    expect(differences({}, await ask(withOpen, strangers(stage).map(roleArn), unsealedQuestions))).toEqual([]);
  });

  it("let jobs and whoever starts them use their service's volumes", async () => {
    expect(differences(VOLUMES, await ask(asCompiled, own(), volumeQuestions(VOLUME_KEYS)))).toEqual([]);
  });

  it('let every function receive from its own queue, and few publish', async () => {
    const queues = namesOf(stage, 'AWS::SQS::Queue', 'QueueName');
    const topics = namesOf(stage, 'AWS::SNS::Topic', 'TopicName');
    const operator = Object.fromEntries(queues.map((queue) => [shortName(queue), OPERATOR_OF_QUEUES]));
    const rights = await ask(asCompiled, own(), messageQuestions({ queues, topics }));
    expect(differences({ ...MESSAGES, operator }, rights)).toEqual([]);
  });

  it('let AWS services use keys to deliver messages, and for nothing else', async () => {
    expect(differences(SERVICES, await ask(asCompiled, servicesNamed(stage), serviceQuestions(KEYS)))).toEqual([]);
    expect(foreignPrincipals(stage)).toEqual([]);
  });

  it('let no role change what it may do, administer a key, or delete what others rely on', async () => {
    expect(differences({}, await ask(asCompiled, own(), powerQuestions(own(), KEYS)))).toEqual([]);
  });

  it('have no key but these', () => {
    expect(namesOf(stage, 'AWS::KMS::Alias', 'AliasName').sort()).toEqual(KEYS.map(aliasOf).sort());
    expect(namesOf(stage, 'AWS::KMS::Key', 'KeyPolicy')).toHaveLength(KEYS.length);
  });
});

describe('a copy of the templates', () => {
  /** What is not as declared once `change` is made, and was before. */
  const found = async (change: (copy: Stage) => void, declared: typeof TABLE | typeof KEY_USES) => {
    const copy = structuredClone(stage);
    change(copy);
    const byKeys = declared === KEY_USES;
    const local = await deployStage(withStrangers(byKeys ? withOpenRoles(copy) : copy));
    try {
      return differences(
        declared,
        await ask(local, [...everybody(), ...strangers(copy).map(roleArn)], byKeys ? keyQuestions : dataQuestions),
      );
    } finally {
      await local.stop();
    }
  };
  const admit = (service: Service, key: string, principal: object) => (copy: Stage) =>
    keyPoliciesOf(copy[service])[key]!.Statement.push({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      ...principal,
    });
  const allow = (service: Service, role: string, Action: string[]) => (copy: Stage) => {
    const found = rolesOf(copy[service]).find(({ RoleName }) => shortName(RoleName) === role)!;
    found.Policies[0]!.PolicyDocument.Statement.push({ Effect: 'Allow', Action, Resource: '*' });
  };

  it("that lets one more principal use the raw data's key is told from the table", async () => {
    const widened = admit('ingest', 'RawKey', { Principal: { AWS: { 'Fn::GetAtt': ['PlanRole', 'Arn'] } } });
    expect(await found(widened, KEY_USES)).toContain('plan: raw: expected nothing, is decrypt');
  });

  it("that lets one more principal use the winners table's key is told from the table", async () => {
    const name = 'arn:aws:iam::${AWS::AccountId}:role/regulabel-local-auditor';
    const widened = admit('evaluation', 'RegistryKey', {
      Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } },
      Condition: { ArnEquals: { 'aws:PrincipalArn': { 'Fn::Sub': name } } },
    });
    expect(await found(widened, KEY_USES)).toContain('auditor: registry: expected nothing, is decrypt');
  });

  it('that lets a role do everything in S3 is told from the table', async () => {
    const widened = await found(allow('training', 'training-job', ['s3:*']), TABLE);
    expect(widened).toContain('training-job: training/test: expected nothing, is read, write');
    expect(widened).toContain('training-job: training/models: expected write, is read, write');
  });

  it('that lets a role use every key is told from the table, as far as the keys let it', async () => {
    const widened = await found(allow('evaluation', 'decide', ['s3:*', 'kms:*', 'dynamodb:*']), TABLE);
    expect(widened).toContain('decide: registry/reports: expected nothing, is read');
    expect(widened.filter((line) => line.includes('decide: raw/'))).toEqual([]);
  });
});

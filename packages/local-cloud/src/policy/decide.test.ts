import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, type Principal, type Question } from './decide.ts';
import { parsePolicy, PolicyProblem } from './document.ts';
import { matchesArn, matchesPattern } from './pattern.ts';

const ACCOUNT = '111122223333';
const roleArn = `arn:aws:iam::${ACCOUNT}:role/reader`;
const sessionArn = `arn:aws:sts::${ACCOUNT}:assumed-role/reader/session`;
const role: Principal = { kind: 'role', account: ACCOUNT, roleArn, sessionArn };
const events: Principal = { kind: 'service', name: 'events.amazonaws.com' };
const object = 'arn:aws:s3:::data/unload/a/manifest';

const statements = (...found: object[]) => parsePolicy({ Version: '2012-10-17', Statement: found }, 'test');
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more });
const deny = (more: object = {}) => ({ ...allow(more), Effect: 'Deny' });
const root = { AWS: `arn:aws:iam::${ACCOUNT}:root` };

interface Case {
  readonly identity?: readonly object[];
  readonly resource?: readonly object[];
  readonly resourceDecides?: boolean;
  readonly question?: Partial<Question>;
}
const verdict = ({ identity = [], resource, resourceDecides = false, question = {} }: Case) =>
  decide(
    { principal: role, action: 's3:GetObject', resource: object, context: {}, ...question },
    {
      identity: identity.length === 0 ? [] : statements(...identity),
      resource: resource && statements(...resource),
      resourceDecides,
    },
  );

describe('a decision', () => {
  it.each<[string, Case, true | RegExp]>([
    ['nothing said', {}, /^because no identity-based policy allows the s3:GetObject action$/],
    ['the role may', { identity: [allow()] }, true],
    ['another action', { identity: [allow({ Action: 's3:PutObject' })] }, /no identity-based/],
    ['another resource', { identity: [allow({ Resource: 'arn:aws:s3:::data/datasets/*' })] }, /no identity-based/],
    ['a wildcard over the prefix', { identity: [allow({ Resource: 'arn:aws:s3:::data/unload/*/manifest' })] }, true],
    ['actions in any case', { identity: [allow({ Action: 'S3:get*' })] }, true],
    ['all but an action', { identity: [allow({ Action: undefined, NotAction: 's3:PutObject' })] }, true],
    ['all but this action', { identity: [allow({ Action: undefined, NotAction: 's3:Get*' })] }, /no identity-based/],
    ['all but this resource', { identity: [allow({ Resource: undefined, NotResource: object })] }, /no identity-based/],
    ['a deny beside an allow', { identity: [allow(), deny()] }, /^with an explicit deny in an identity-based policy$/],
    [
      'the resource denies everybody',
      { identity: [allow()], resource: [deny({ Principal: '*' })] },
      /^with an explicit deny in a resource-based policy$/,
    ],
    ['the resource denies the account', { identity: [allow()], resource: [deny({ Principal: root })] }, /deny/],
    [
      'the resource denies somebody else',
      {
        identity: [allow()],
        resource: [deny({ Principal: { Service: 'events.amazonaws.com' } })],
      },
      true,
    ],
    ['only the resource allows, by role', { resource: [allow({ Principal: { AWS: roleArn } })] }, true],
    ['only the resource allows, by session', { resource: [allow({ Principal: { AWS: sessionArn } })] }, true],
    ['only the resource allows, the account', { resource: [allow({ Principal: root })] }, /no identity-based/],
    ['a key that is silent', { identity: [allow()], resource: [], resourceDecides: true }, /no resource-based/],
    [
      'a key that names another role',
      { identity: [allow()], resource: [allow({ Principal: { AWS: `${roleArn}2` } })], resourceDecides: true },
      /no resource-based/,
    ],
    [
      'a key that hands over',
      { identity: [allow()], resource: [allow({ Principal: root })], resourceDecides: true },
      true,
    ],
    [
      'a key that hands over to nobody',
      { resource: [allow({ Principal: root })], resourceDecides: true },
      /no identity-based/,
    ],
    ['a key that names the role', { resource: [allow({ Principal: { AWS: roleArn } })], resourceDecides: true }, true],
    ['a service without a resource policy', { question: { principal: events } }, /no resource-based/],
    [
      'a service, though roles may',
      { question: { principal: events }, resource: [allow({ Principal: { AWS: '*' } })] },
      /no resource-based/,
    ],
    [
      'a service that the resource names',
      { question: { principal: events }, resource: [allow({ Principal: { Service: 'events.amazonaws.com' } })] },
      true,
    ],
  ])('%s', (_name, of, expected) => {
    const found = verdict(of.resource?.length === 0 ? { ...of, resource: [allow({ Principal: { AWS: 'x' } })] } : of);
    if (expected === true) expect(found.allowed).toBe(true);
    else expect(found).toMatchObject({ allowed: false, why: expect.stringMatching(expected) });
  });

  it.each<[string, Case, string | undefined]>([
    ['the only one', { identity: [allow({ Sid: 'Read' }), allow({ Action: 's3:PutObject' })] }, 'test/Read'],
    ['none of two', { identity: [allow({ Sid: 'Read' }), allow({ Action: 's3:*' })] }, undefined],
    [
      'the one that the resource waits for',
      { identity: [allow({ Sid: 'Read' })], resource: [allow({ Principal: root })], resourceDecides: true },
      'test/Read',
    ],
    [
      'none where the resource names the role',
      { identity: [allow()], resource: [allow({ Principal: { AWS: roleArn } })], resourceDecides: true },
      undefined,
    ],
  ])('tells the statement of the role that it needed: %s', (_name, of, needed) => {
    const found = verdict(of);
    expect(found.allowed && found.needed?.origin).toBe(needed);
  });
});

describe('a condition', () => {
  const allowed = (Condition: object, context: Question['context']) =>
    verdict({ identity: [allow({ Condition })], question: { context } }).allowed;

  it.each<[object, Question['context'], boolean]>([
    [{ StringEquals: { 'events:source': 'a' } }, { 'events:source': 'a' }, true],
    [{ StringEquals: { 'Events:Source': 'a' } }, { 'events:source': 'a' }, true],
    [{ StringEquals: { 'events:source': ['b', 'a'] } }, { 'events:source': 'a' }, true],
    [{ StringEquals: { 'events:source': 'a*' } }, { 'events:source': 'ab' }, false],
    [{ StringEquals: { 'events:source': 'A' } }, { 'events:source': 'a' }, false],
    [{ StringEqualsIgnoreCase: { 'events:source': 'A' } }, { 'events:source': 'a' }, true],
    [{ StringEquals: { 'events:source': 'a' } }, {}, false],
    [{ StringEqualsIfExists: { 'events:source': 'a' } }, {}, true],
    [{ StringEqualsIfExists: { 'events:source': 'a' } }, { 'events:source': 'b' }, false],
    [{ StringNotEquals: { 'events:source': ['a', 'b'] } }, { 'events:source': 'b' }, false],
    [{ StringNotEquals: { 'events:source': 'a' } }, {}, true],
    [{ StringLike: { 's3:prefix': ['unload/*'] } }, { 's3:prefix': 'unload/x' }, true],
    [{ StringLike: { 's3:prefix': 'a?c' } }, { 's3:prefix': 'ac' }, false],
    [
      { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/a*' } },
      { 'aws:principalarn': 'arn:aws:iam::1:role/ab' },
      true,
    ],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:*:rule/x' } }, { 'aws:sourcearn': 'arn:aws:events:r:1:rule/x' }, false],
    [{ ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } }, { 'aws:sourcearn': 'arn:aws:s3:::b' }, false],
    [{ Bool: { 'aws:SecureTransport': false } }, { 'aws:securetransport': 'true' }, false],
    [{ Bool: { 'kms:GrantIsForAWSResource': true } }, { 'kms:grantisforawsresource': 'true' }, true],
    [{ Null: { 'kms:EncryptionContext:a': true } }, {}, true],
    [{ Null: { 'kms:EncryptionContext:a': 'false' } }, {}, false],
    [
      { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': ['x', 'y'] } },
      { 'kms:resourcealiases': ['z', 'y'] },
      true,
    ],
    [{ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'x' } }, {}, false],
    [
      { 'ForAllValues:StringEquals': { 'kms:ResourceAliases': ['x', 'y'] } },
      { 'kms:resourcealiases': ['z', 'y'] },
      false,
    ],
    [{ 'ForAllValues:StringEquals': { 'kms:ResourceAliases': 'x' } }, {}, true],
    [{ 'ForAnyValue:StringNotEquals': { k: 'x' } }, { k: ['x', 'y'] }, true],
    [{ StringEquals: { a: 'x', b: 'y' } }, { a: 'x' }, false],
    [{ StringEquals: { a: '${b}' } }, { a: 'x', b: 'x' }, true],
    [{ StringLike: { a: '${b}' } }, { a: 'xy', b: 'x*' }, false],
    [{ StringEquals: { a: '${b}' } }, { a: 'x' }, false],
  ])('%j of %j: %p', (condition, context, expected) => {
    expect(allowed(condition, context)).toBe(expected);
  });
});

describe('a pattern', () => {
  it('is literal but for its wildcards', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, (before, between, after) => {
        const literal = (part: string): string => part.replace(/[*?$]/g, (found) => `\${${found}}`);
        expect(matchesPattern(literal(before), before)).toBe(true);
        expect(matchesPattern(`${literal(before)}*${literal(after)}`, before + between + after)).toBe(true);
        expect(matchesPattern(`${literal(before)}?`, before)).toBe(false);
      }),
    );
  });

  it('of an ARN stays within its parts, but for the resource', () => {
    expect(matchesArn('arn:aws:states:*:1:execution:m:*', 'arn:aws:states:eu:1:execution:m:a:b')).toBe(true);
    expect(matchesArn('arn:aws:*', 'arn:aws:s3:::bucket')).toBe(false);
    expect(matchesArn('*', 'anything')).toBe(true);
    expect(
      matchesArn('arn:aws:s3:::b/${aws:PrincipalArn}', 'arn:aws:s3:::b/arn:x', { 'aws:principalarn': 'arn:x' }),
    ).toBe(true);
  });
});

describe('a policy document', () => {
  it.each([
    [{ Statement: [] }, /Statement/],
    [{ Statement: [{ Effect: 'Maybe', Action: '*' }] }, /Statement\.0\.Effect/],
    [{ Statement: [{ Effect: 'Allow', Action: '*', NotAction: '*', Resource: '*' }] }, /Action or NotAction/],
    [{ Statement: { Effect: 'Allow', Action: '*', Resorce: '*' } }, /Resorce/],
    [{ Statement: { Effect: 'Allow', Action: '*', Condition: { IpAdress: { a: 'b' } } } }, /operator IpAdress/],
  ])('%j is refused', (document, problem) => {
    expect(() => parsePolicy(document, 'bad')).toThrow(PolicyProblem);
    expect(() => parsePolicy(document, 'bad')).toThrow(problem);
  });

  it.each([
    [{ NotPrincipal: '*' }, 'NotPrincipal'],
    [{ Principal: { Federated: 'accounts.google.com' } }, 'A Federated principal'],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, 'The condition operator IpAddress'],
  ])('with %j asks for what only AWS has', (more, what) => {
    const document = { Statement: allow(more) };
    expect(() => parsePolicy(document, 'bad')).toThrow(`${what} is not supported by the local cloud`);
  });
});

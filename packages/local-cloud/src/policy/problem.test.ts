import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AwsError } from '../aws.ts';
import { policyProblem, type PolicyOf } from './problem.ts';

const there = 'arn:aws:iam::111122223333:role/there';
const problemOf = (of: PolicyOf, Statement: unknown) =>
  policyProblem(JSON.stringify({ Version: '2012-10-17', Statement }), of, (arn) => arn === there);

const own = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const shared = { ...own, Principal: { AWS: there } };
const trusting = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };

describe('a policy', () => {
  it.each<[PolicyOf, object]>([
    ['identity', own],
    ['identity', { ...own, Action: undefined, NotAction: 'iam:*' }],
    ['s3', shared],
    ['s3', { ...shared, Principal: '*', Action: '*' }],
    ['sqs', { ...shared, Action: 'SQS:SendMessage', Principal: { AWS: ['111122223333'] } }],
    ['sts', trusting],
  ])('of %s: %j is taken', (of, statement) => {
    expect(problemOf(of, statement)).toBeUndefined();
  });

  it.each<[PolicyOf, unknown, string]>([
    ['identity', [], 'Syntax errors in policy.'],
    ['identity', { ...own, Effect: 'Permit' }, 'Syntax errors in policy.'],
    ['identity', shared, 'Policy document should not specify a principal.'],
    ['identity', { ...own, Action: undefined }, 'Policy statement must contain actions.'],
    ['identity', { ...own, Resource: undefined }, 'Policy statement must contain resources.'],
    ['identity', { ...own, Action: 'GetObject' }, 'Actions/Conditions must be prefaced by a vendor'],
    ['identity', { ...own, Condition: { StringSame: { 'aws:PrincipalArn': '*' } } }, 'Syntax errors in policy.'],
    ['s3', own, 'Missing required field Principal'],
    ['s3', { ...shared, Action: undefined }, 'Missing required field Action'],
    ['s3', { ...shared, Resource: undefined }, 'Missing required field Resource'],
    ['s3', { ...shared, Action: 'sqs:SendMessage' }, 'Policy statement action out of service scope!'],
    ['s3', { ...shared, Principal: { AWS: `${there}-not` } }, `Invalid principal in policy: "AWS":"${there}-not"`],
    ['s3', { ...shared, Principal: { Service: 'lambda' } }, 'Invalid principal in policy: "SERVICE":"lambda"'],
    ['sts', { ...trusting, Resource: '*' }, 'Has prohibited field Resource'],
    ['sts', { ...trusting, Action: '*' }, 'AssumeRole policy may only specify STS AssumeRole actions.'],
  ])('of %s: %j is refused', (of, statement, problem) => {
    expect(problemOf(of, statement)).toContain(problem);
  });

  it('is told sound, refused or beyond the local cloud, whatever it is', () => {
    const word = fc.constantFrom('Allow', '*', 's3:GetObject', 'sts:AssumeRole', there, 'AWS', 'Service', 'StringLike');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.jsonValue(),
        fc.array(tie('any')),
        fc.dictionary(word, tie('any')),
      ),
    })).any;
    const member = fc.constantFrom('Effect', 'Principal', 'NotPrincipal', 'Action', 'Resource', 'Condition', 'Sid');
    fc.assert(
      fc.property(fc.dictionary(member, value), fc.constantFrom<PolicyOf>('identity', 'sts', 's3'), (statement, of) => {
        try {
          expect(['string', 'undefined']).toContain(typeof problemOf(of, statement));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          expect(error.status).toBe(501);
        }
      }),
    );
    expect(policyProblem('{', 'identity', () => true)).toBe('This policy contains invalid Json');
  });
});

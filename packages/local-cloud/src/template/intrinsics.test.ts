import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mentions, resolve, type Scope } from './intrinsics.ts';

const scope: Scope = {
  ref: (name) => (name === 'AWS::NoValue' ? undefined : `ref of ${name}`),
  attribute: (logicalId, name) => `${name} of ${logicalId}`,
};
const value = (expression: unknown): unknown => resolve(expression, scope);

describe('resolve', () => {
  it.each([
    [{ Ref: 'Queue' }, 'ref of Queue'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Arn of Queue'],
    [{ 'Fn::GetAtt': 'Cluster.Endpoint.Address' }, 'Endpoint.Address of Cluster'],
    [
      { 'Fn::Sub': 'a-${Queue}-${Queue.Arn}-${!Queue}-${AWS::Region}' },
      'a-ref of Queue-Arn of Queue-${Queue}-ref of AWS::Region',
    ],
    [
      {
        'Fn::Sub': [
          '${038548ab8904ace43c77d98a272d0221}/${Own}/${Queue}',
          { '038548ab8904ace43c77d98a272d0221': { Ref: 'A' }, Own: 5 },
        ],
      },
      'ref of A/5/ref of Queue',
    ],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'B' }, 1]] }, 'a-ref of B-1'],
  ])('%j', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it('leaves out members and elements that are AWS::NoValue', () => {
    const none = { Ref: 'AWS::NoValue' };
    expect(value({ a: 1, b: none, c: [none, 2] })).toEqual({ a: 1, c: [2] });
  });

  it("does not take a policy's condition for a reference to one", () => {
    const statement = { Condition: { StringEquals: { 'aws:SourceArn': { Ref: 'Topic' } } } };
    expect(value(statement)).toEqual({ Condition: { StringEquals: { 'aws:SourceArn': 'ref of Topic' } } });
  });

  it('refuses functions that the local cloud does not know', () => {
    expect(() => value({ a: [{ 'Fn::ImportValue': 'x' }] })).toThrow(
      'Fn::ImportValue is not supported by the local cloud',
    );
    expect(() => value({ 'Fn::Cidr': [] })).toThrow('Fn::Cidr is not supported');
  });

  it('says what is wrong with an argument', () => {
    expect(() => value({ 'Fn::Join': ['-', 'a'] })).toThrow('expected a list, found "a"');
    expect(() => value({ 'Fn::Sub': ['${A}', { A: ['x'] }] })).toThrow('expected text, found ["x"]');
  });

  it('leaves every value without functions as it is', () => {
    const plain = fc.jsonValue().filter((json) => !/"(Ref|Condition|Fn::)/.test(JSON.stringify(json)));
    fc.assert(
      fc.property(plain, (json) => {
        expect(JSON.stringify(value(json))).toBe(JSON.stringify(json));
        expect(mentions(json)).toEqual([]);
      }),
    );
  });
});

describe('Fn::Sub', () => {
  const substitute = (text: string, value: string) =>
    resolve({ 'Fn::Sub': text }, { ref: () => value, attribute: () => value });

  it('does not look into values again', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(substitute('<${Name}>', `\${Name}${value}$&$1`)).toBe(`<\${Name}${value}$&$1>`);
      }),
    );
  });

  it('leaves expressions of other languages alone', () => {
    const definition = '{"Arguments":{"Name":"{% $states.input.name & {} %}","Price":"$5"}}';
    expect(substitute(definition, 'asked')).toBe(definition);
  });
});

describe('mentions', () => {
  it('finds every resource that an expression needs, and not the names that a Fn::Sub brings itself', () => {
    const expression = {
      a: [{ Ref: 'One' }, { 'Fn::GetAtt': ['Two', 'Arn'] }, { 'Fn::GetAtt': 'Three.Arn' }],
      b: { 'Fn::Join': ['', [{ 'Fn::Sub': '${Four}${Five.Arn}${!Six}' }]] },
      c: { 'Fn::Sub': ['${Own}${Seven}', { Own: { Ref: 'Eight' } }] },
    };
    expect(mentions(expression)).toEqual(['One', 'Two', 'Three', 'Four', 'Five', 'Seven', 'Eight']);
  });
});

import { expect, it } from '@jest/globals';
import { found, stackWith } from '../testing/templates.ts';
import { types } from './types.ts';

it('finds a resource of a type that no rule looks at', async () => {
  const of = (Type: string) => stackWith({ It: { Type } });
  expect(await found(types, of('AWS::SQS::Queue'), of('AWS::CloudWatch::Dashboard'))).toEqual([]);
  expect(await found(types, of('AWS::Events::EventBusPolicy'))).toEqual([
    'type-looked-at: It: no rule looks at resources of type AWS::Events::EventBusPolicy',
  ]);
});

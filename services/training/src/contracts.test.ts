import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { detailTypes, eventsByRules, eventsInBundles, eventsInStateMachine } from '@regulabel/testing/serviceContracts';
import { contracts } from './contracts.ts';

const service = dirname(import.meta.dirname);
const { stateMachine = [], ...providedByFunctions } = contracts.provides;

describe("the service's declaration", () => {
  it('consumes what the rules let through, function by function', async () => {
    expect(detailTypes(await eventsByRules(service))).toEqual(detailTypes(contracts.consumes));
  });

  it('provides and consumes what the functions are built from', async () => {
    expect(detailTypes(await eventsInBundles(service))).toEqual(detailTypes(providedByFunctions, contracts.consumes));
  });

  it('provides what the state machine emits', () => {
    expect(detailTypes(eventsInStateMachine(service))).toEqual(detailTypes({ stateMachine }));
  });
});

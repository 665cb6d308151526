import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { modelTrainedExamples } from '@regulabel/contracts/training/modelTrained.v1.examples';
import { publish, type Publication } from './publish.ts';

const bus = mockClient(EventBridgeClient);
beforeEach(() => {
  bus.reset();
});

const publication = (
  changes: Partial<Publication<typeof modelTrained.data>> = {},
): Publication<typeof modelTrained.data> => ({
  contract: modelTrained,
  data: modelTrainedExamples.typical,
  correlationId: 'training-x',
  causationId: 'arn:x',
  identity: ['arn:x'],
  time: new Date('2026-11-01T02:00:00Z'),
  ...changes,
});
const send = (changes = {}) => publish(new EventBridgeClient({}), 'regulabel-dev', publication(changes));

describe('publish', () => {
  it('puts one event with source, detail type and an id that a repetition shares', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    await send();
    await send({ time: new Date('2026-11-01T03:00:00Z') });
    const [first, second] = bus.commandCalls(PutEventsCommand).map(({ args: [{ input }] }) => input.Entries![0]!);
    expect(first).toMatchObject({
      EventBusName: 'regulabel-dev',
      Source: 'regulabel.training',
      DetailType: 'ModelTrained.v1',
    });
    const [one, two] = [first, second].map((entry) => modelTrained.detail.parse(JSON.parse(entry!.Detail!)));
    expect(one!.data).toEqual(modelTrainedExamples.typical);
    expect(one!.metadata).toMatchObject({
      correlationId: 'training-x',
      causationId: 'arn:x',
      producer: 'training',
      schemaVersion: '1.0',
    });
    expect(two!.metadata.id).toBe(one!.metadata.id);
  });

  it('sends nothing when the data does not keep the contract, unknown fields included', async () => {
    await expect(send({ data: { ...modelTrainedExamples.typical, country: 'Germany' } })).rejects.toThrow(
      /ModelTrained\.v1 .*data\.country/,
    );
    await expect(send({ data: { ...modelTrainedExamples.typical, extra: 1 } })).rejects.toThrow(
      /data\.extra: unknown field/,
    );
    expect(bus.calls()).toHaveLength(0);
  });

  it('fails when EventBridge takes the call but not the entry', async () => {
    bus
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }] });
    await expect(send()).rejects.toMatchObject({
      name: 'EventNotAccepted',
      message: expect.stringContaining('InternalFailure try again') as unknown,
    });
  });

  it("lets AWS's errors through", async () => {
    bus.on(PutEventsCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(send()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});

import { z } from 'zod';
import { AwsError, type Cloud, type Service } from '../aws.ts';
import { operation } from '../operation.ts';
import { QueueSources } from '../lambdaQueues/queueSources.ts';
import { AsynchronousEvents } from '../lambdaQueues/asynchronousEvents.ts';
import { Functions, functionReference } from './functions.ts';
import { Runner } from './runner.ts';

/** Largest payloads in bytes, by invocation type. */
const maxPayloadBytes = { RequestResponse: 6_291_456, Event: 1_048_576 };

/** Lambda: functions on the Node.js runtime, each in worker threads of its own, and SQS queues as their event sources. */
export function createLambda(cloud: Cloud): Service {
  const functions = new Functions(cloud);
  const runner = new Runner(cloud, functions);
  const events = new AsynchronousEvents(cloud, runner);
  const sources = new QueueSources(cloud, functions, runner);

  const Invoke = operation(
    {
      FunctionName: functionReference,
      InvocationType: z.enum(['RequestResponse', 'Event']).default('RequestResponse'),
      Payload: z.union([z.string(), z.instanceof(Uint8Array)]).default(''),
    },
    async ({ FunctionName, InvocationType, Payload }) => {
      const { name } = functions.get(FunctionName);
      const payload = checkPayload(Buffer.from(Payload).toString(), InvocationType);
      if (InvocationType === 'Event') {
        events.accept(name, payload);
        return { StatusCode: 202, Payload: '' };
      }
      const outcome = await runner.invoke(name, payload);
      const success = { StatusCode: 200, ExecutedVersion: '$LATEST' };
      if ('payload' in outcome) return { ...success, Payload: outcome.payload };
      return { ...success, FunctionError: 'Unhandled', Payload: JSON.stringify(outcome.failure) };
    },
  );

  return {
    name: 'lambda',
    operations: { ...functions.operations, ...sources.operations, Invoke },
    async resume() {
      events.resume();
      await sources.resume();
    },
    async close() {
      sources.close();
      events.close();
      await runner.close();
    },
  };
}

/** JSON text; no payload is an empty event. */
function checkPayload(payload: string, type: keyof typeof maxPayloadBytes): string {
  const size = Buffer.byteLength(payload);
  if (size > maxPayloadBytes[type]) {
    const message = `${size} byte payload is too large for the ${type} invocation type (limit ${maxPayloadBytes[type]} bytes)`;
    throw new AwsError('RequestTooLargeException', message, { status: 413 });
  }
  try {
    return payload === '' ? '{}' : JSON.stringify(JSON.parse(payload));
  } catch (cause) {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json', { cause });
  }
}

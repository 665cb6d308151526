import { describe, expect, it } from '@jest/globals';
import type { EventContract } from '@regulabel/contracts/event';
import { events } from '@regulabel/contracts/events';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { datasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { winner } from '@regulabel/shared/tableItems';
import { parse, parseStrictly } from '@regulabel/contracts/parse';
import { SERVICES } from '../local/place.ts';
import { valuesOfPlay } from './alone.ts';
import { parseExample, readExamples, type Example } from './example.ts';

const values = valuesOfPlay(new Date('2026-11-23T15:50:00.123Z'));
const examples = await Promise.all(SERVICES.map((service) => readExamples(service, values)));
const named = examples.flatMap((of, index) => of.map((each) => [`${SERVICES[index]!}/${each.name}`, each] as const));
const callsOf = ({ before, events }: Example) => [...before, ...events];

/** Every event contract of ours, by detail type. */
const contracts = new Map<string, EventContract>(events.map((event) => [event.detailType, event]));

describe.each(named)("the services' example %s", (name, example) => {
  it('puts events that keep their contracts to the letter', () => {
    for (const call of callsOf(example)) {
      if (!('PutEvents' in call)) continue;
      const { Source, DetailType, Detail } = call.PutEvents;
      const contract = contracts.get(DetailType);
      expect(contract?.source).toBe(Source);
      expect(parseStrictly(contract!.detail, Detail, name)).toEqual(Detail);
    }
  });

  it('puts documents that their readers understand', () => {
    for (const call of callsOf(example)) {
      if ('PutItem' in call) expect(parse(winner, call.PutItem.Item, name)).toMatchObject({ country: 'DE' });
      if (!('PutObject' in call) || !('json' in call.PutObject.Body)) continue;
      const { Key, Body } = call.PutObject;
      if (Key.endsWith('/manifest.json')) expect(parseStrictly(datasetManifest, Body.json, Key)).toEqual(Body.json);
      if (Key.startsWith('catalogue/')) expect(parse(catalogue, Body.json, Key).countries).toHaveProperty('DE');
    }
  });
});

describe('parseExample', () => {
  const parsed = (source: string) => parseExample(source, 'some.yml', { run: '1' });
  const start = 'title: t\nevents:\n  - ';

  it('replaces values wherever they stand', () => {
    expect(parsed(`${start}Invoke: { FunctionName: 'f-\${run}', Payload: { a: ['\${run}'] } }`).events).toEqual([
      { Invoke: { FunctionName: 'f-1', Payload: { a: ['1'] } } },
    ]);
  });

  it.each([
    [
      'a value that there is not',
      `${start}ExecuteStatement: { Sql: '\${day}' }`,
      'some.yml: there is no ${day}; there are run',
    ],
    ['what is no YAML', 'title: [', 'some.yml: '],
    ['a call that there is not', `${start}DeleteBucket: { Bucket: b }`, 'some.yml is no example: '],
    ['no events', 'title: t', 'some.yml is no example: '],
  ])('refuses %s in one line that names the file', (_, source, message) => {
    expect(() => parsed(source)).toThrow(message);
    expect(() => parsed(source)).toThrow(/^[^\n]*$/);
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { expect, it } from '@jest/globals';
import { events } from '@regulabel/contracts/events';
import { CONTRACTS } from './repository.ts';

/** The gravest of a diagnostic's severities. */
const ERROR: unknown = 0;

it('is an AsyncAPI 3 document to the official parser, with what each service sends', async () => {
  const text = await readFile(join(CONTRACTS, 'generated', 'asyncapi.yaml'), 'utf8');
  const { document, diagnostics } = await new Parser().parse(text);
  expect(diagnostics.filter(({ severity }) => severity === ERROR)).toEqual([]);
  expect(document?.version()).toBe('3.0.0');
  const operations = document?.operations().all() ?? [];
  const sent = operations.flatMap((operation) =>
    operation
      .messages()
      .all()
      .map((message) => `${operation.id() ?? ''} ${message.name() ?? ''}`),
  );
  expect(sent.sort()).toEqual(events.map(({ producer, detailType }) => `${producer} ${detailType}`).sort());
});

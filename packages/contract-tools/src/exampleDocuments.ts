import { broken, valid, type DocumentExamples, type EventExamples } from '@regulabel/contracts/example';
import { buildEvent } from '@regulabel/contracts/testing';

/** Examples as one meets them: events as EventBridge delivers them, other documents as they are. */
export interface ExampleDocuments {
  readonly valid: Readonly<Record<string, unknown>>;
  /** With the path at which each is wrong. */
  readonly invalid: readonly { readonly path: string; readonly reason: string; readonly document: unknown }[];
}

export function documentsOf(examples: EventExamples | DocumentExamples): ExampleDocuments {
  const documents = Object.fromEntries(
    Object.entries(valid<unknown>(examples)).map(([name, value]) => [
      name,
      'contract' in examples ? buildEvent(examples.contract, {}, name) : value,
    ]),
  );
  return {
    valid: documents,
    invalid: examples.invalid.map((example) => {
      const path = 'contract' in examples ? `detail.${example.path}` : example.path;
      return { path, reason: example.reason, document: broken(documents['typical'], { ...example, path }) };
    }),
  };
}

// Parses every example of the installed package with the installed package, as an ES module. Prints what it did.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { events } from '@regulabel/contracts/events';
import { parse } from '@regulabel/contracts/parse';
import { safeParseEvent } from '@regulabel/contracts/receive';

const examples = join(import.meta.dirname, 'node_modules', '@regulabel', 'contracts', 'examples');
const read = (file) => JSON.parse(readFileSync(join(examples, file), 'utf8'));
const done = { valid: 0, invalid: 0, wrong: [] };

/** The problems that the package finds in a document. */
async function problemsOf(module, document) {
  if ('detail-type' in document) {
    const parsed = safeParseEvent(events, document);
    return parsed.success ? [] : parsed.error.problems;
  }
  const name = basename(module).replace(/\.v\d+$/, '');
  const { [name]: schema } = await import(`@regulabel/contracts/${module}`);
  try {
    parse(schema, document, module);
    return [];
  } catch (error) {
    return error.problems;
  }
}

for (const file of readdirSync(examples, { recursive: true }).filter((path) => path.endsWith('.json'))) {
  const module = dirname(file).replaceAll('\\', '/');
  const isInvalid = basename(file) === 'invalid.json';
  for (const { document, path } of isInvalid ? read(file) : [{ document: read(file) }]) {
    const found = await problemsOf(module, document);
    const paths = found.map((problem) => problem.path).join();
    if (paths === (path ?? '')) done[isInvalid ? 'invalid' : 'valid'] += 1;
    else done.wrong.push(`${file}: ${paths} instead of ${path ?? 'nothing'}`);
  }
}
process.stdout.write(JSON.stringify(done));

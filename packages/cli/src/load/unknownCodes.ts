import type { Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { code as validCode } from '@regulabel/contracts/values';
import type { Staging } from './staging.ts';

export interface UnknownCodes {
  readonly country: string;
  readonly scheme: string;
  readonly rows: number;
  /** The most frequent ones. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** The accepted rows of each line whose codes are in no period of its list; without a list, those too long to be codes. */
export async function unknownCodes(staging: Staging, catalogue: Catalogue): Promise<UnknownCodes[]> {
  const lines = new Map<string, { country: string; scheme: string; rows: number; examples: string[] }>();
  const lists = new Map<string, ReadonlySet<string> | undefined>();
  const counts = staging.query(
    'SELECT country, scheme, code, count(*) FROM accepted GROUP BY ALL ORDER BY country, scheme, count(*) DESC, code',
  );
  for await (const [country, scheme, code, rows] of counts as AsyncGenerator<[string, string, string, bigint]>) {
    const name = `${country}/${scheme}`;
    if (!lists.has(name)) {
      const codes = catalogue.countries[country]?.schemes[scheme]?.codes;
      lists.set(name, codes && new Set(codes.map((entry) => entry.code)));
    }
    const list = lists.get(name);
    if (validCode.safeParse(code).success && (list === undefined || list.has(code))) continue;
    const line = lines.get(name) ?? { country, scheme, rows: 0, examples: [] };
    lines.set(name, line);
    line.rows += Number(rows);
    if (line.examples.length < EXAMPLES) line.examples.push(code);
  }
  return [...lines.values()];
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventContract } from '@regulabel/contracts/event';
import { events } from '@regulabel/contracts/events';
import { build, stop } from 'esbuild';
import { parse } from 'yaml';
import { intrinsics } from './intrinsics.ts';
import { loadStateMachine } from './stateMachine.ts';

/** Events by who emits or handles them. */
export type ContractsByName = Readonly<Record<string, readonly EventContract[]>>;

/** The same by their detail types, sorted: what two lists of events are compared by. Who has none is left out. */
export const detailTypes = (...lists: readonly ContractsByName[]): Record<string, string[]> => {
  const names = [...new Set(lists.flatMap((list) => Object.keys(list)))].sort();
  return Object.fromEntries(
    names
      .map((name): [string, string[]] => [name, typesOf(lists.flatMap((list) => list[name] ?? []))])
      .filter(([, types]) => types.length > 0),
  );
};

const typesOf = (contracts: readonly EventContract[]): string[] =>
  [...new Set(contracts.map(({ detailType }) => detailType))].sort();

interface Rule {
  readonly Type: string;
  readonly Properties: {
    readonly EventBusName?: string;
    readonly EventPattern: { readonly source: readonly string[]; readonly 'detail-type': readonly string[] };
    readonly Targets: readonly { readonly Arn: string }[];
  };
}

type Functions = Readonly<Record<string, { handler: string; events?: readonly { sqs?: { arn: string } }[] }>>;

/** The events that the rules in a service's templates let through to each of its functions, by way of its queue. */
export async function eventsByRules(service: string): Promise<ContractsByName> {
  const functions = await functionsOf(service);
  const rules = (await resourcesOf(service)).filter(
    ({ Type, Properties }) => Type === 'AWS::Events::Rule' && Properties.EventBusName !== undefined,
  );
  const found: Record<string, EventContract[]> = {};
  for (const { Properties } of rules) {
    const queues = Properties.Targets.map(({ Arn }) => Arn);
    const [name, ...more] = Object.entries(functions).flatMap(([key, { events: sources = [] }]) =>
      sources.some(({ sqs }) => sqs !== undefined && queues.includes(sqs.arn)) ? [key] : [],
    );
    if (name === undefined || more.length > 0) throw new TypeError(`${queues.join()} feeds not just one function`);
    (found[name] ??= []).push(...letThrough(Properties.EventPattern));
  }
  return found;
}

/** The events that a pattern is meant for. Throws for a source or detail type without an event, and the other way round. */
function letThrough({ source, 'detail-type': types }: Rule['Properties']['EventPattern']): EventContract[] {
  const found = types.map((type) => {
    const event = events.find(({ detailType }) => detailType === type);
    if (event === undefined) throw new TypeError(`there is no event ${type}`);
    return event;
  });
  const sources = [...new Set(found.map((event) => event.source as string))].sort();
  if (sources.join() !== [...source].sort().join()) {
    throw new TypeError(`a rule for ${types.join()} names the sources ${source.join()}: they are ${sources.join()}`);
  }
  return found;
}

/** The events whose contracts each function of a service is built from: those that it emits, and those that it handles. */
export async function eventsInBundles(service: string): Promise<ContractsByName> {
  const functions = Object.entries(await functionsOf(service));
  const found = await Promise.all(
    functions.map(async ([name, { handler }]): Promise<[string, EventContract[]]> => {
      const { metafile } = await build({
        entryPoints: [join(service, handler.replace(/\.handler$/, '.ts'))],
        bundle: true,
        format: 'esm',
        metafile: true,
        write: false,
        outdir: service,
        plugins: [ownCodeOnly],
      });
      const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
      const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
      return [name, events.filter((event) => used.some((file) => file.endsWith(`/src/${moduleOf(event)}.ts`)))];
    }),
  );
  // Its process would outlive the tests.
  await stop();
  return Object.fromEntries(found);
}

/** Packages from npm are neither bundled nor kept for their side effects. */
const ownCodeOnly: NonNullable<Parameters<typeof build>[0]['plugins']>[number] = {
  name: 'own-code-only',
  setup: (plugin) => {
    plugin.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path.startsWith('@regulabel/') ? undefined : { path, external: true, sideEffects: false },
    );
  },
};

/** `evaluation/modelPromoted.v1` */
const moduleOf = ({ producer, detailType }: EventContract): string =>
  `${producer}/${detailType.charAt(0).toLowerCase()}${detailType.slice(1)}`;

/** The events that a service's state machine puts under their own names. */
export function eventsInStateMachine(service: string): ContractsByName {
  const types: string[] = [];
  JSON.stringify(loadStateMachine(join(service, 'state-machine.yml')), (key, value: unknown) => {
    if (key === 'DetailType' && typeof value === 'string' && !value.startsWith('{%')) types.push(value);
    return value;
  });
  return { stateMachine: events.filter(({ detailType }) => types.includes(detailType)) };
}

const functionsOf = async (service: string): Promise<Functions> =>
  parse(await readFile(join(service, 'functions.yml'), 'utf8'), { customTags: intrinsics }) as Functions;

async function resourcesOf(service: string): Promise<Rule[]> {
  const folder = join(service, 'resources');
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => {
    // Other tags than these stand in resources that are no rules.
    const { Resources = {} } = parse(text, { customTags: intrinsics, logLevel: 'error' }) as {
      Resources?: Record<string, Rule>;
    };
    return Object.values(Resources);
  });
}

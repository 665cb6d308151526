import { join } from 'node:path';
import type { EventContract } from '@regulabel/contracts/event';
import type { ServiceContracts } from '@regulabel/shared/serviceContracts';
import { ROOT, SERVICES } from './repository.ts';

/** Who is behind the events, as the services declare it. */
export interface Owners {
  /** The team that answers for a service. */
  ownerOf(service: string): string;
  /** ``evaluation: `decide` ``, for each place that emits the event. */
  producersOf(event: EventContract): string[];
  /** ``ingest: `trackRun` ``, for each function that handles the event. */
  consumersOf(event: EventContract): string[];
}

export async function readOwners(): Promise<Owners> {
  const declarations = await Promise.all(
    SERVICES.map(async (service) => {
      const { contracts } = (await import(join(ROOT, 'services', service, 'src', 'contracts.ts'))) as {
        contracts: ServiceContracts;
      };
      return [service, contracts] as const;
    }),
  );
  const placesOf = (list: 'provides' | 'consumes', { detailType }: EventContract): string[] =>
    declarations.flatMap(([service, declared]) =>
      Object.entries(declared[list])
        .filter(([, events]) => events.some((event) => event.detailType === detailType))
        .map(([place]) => `${service}: ${place === 'stateMachine' ? 'state machine' : `\`${place}\``}`),
    );
  return {
    ownerOf: (service) => {
      const found = declarations.find(([name]) => name === service);
      if (found === undefined) throw new TypeError(`there is no service ${service}`);
      return found[1].owner;
    },
    producersOf: (event) => placesOf('provides', event),
    consumersOf: (event) => placesOf('consumes', event),
  };
}

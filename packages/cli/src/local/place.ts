import { dirname, join } from 'node:path';

/** Where the local stage is: one account and region that exist nowhere, and this repository's folders. */
export const LOCAL = { stage: 'local', account: '111122223333', region: 'eu-west-1' } as const;

export const REPOSITORY = dirname(dirname(dirname(dirname(import.meta.dirname))));

/** The services whose templates make the local stage. */
export const SERVICES = ['ingest', 'training', 'evaluation', 'inference'] as const;

/** What the job container is made of. */
export const JOB_SOURCES = ['packages/jobs', 'packages/shared/src', 'packages/contracts/src'];

/** What is built for the local stage. */
export const BUILD = join(REPOSITORY, '.build');

/** Where a service's compiled template and zips for the local stage are kept, and what they were made of. */
export const packageFolder = (service: string): string => join(BUILD, service);

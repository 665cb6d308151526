import { dirname, join } from 'node:path';

export const ROOT = dirname(dirname(dirname(import.meta.dirname)));
export const CONTRACTS = join(ROOT, 'packages', 'contracts');
export const SERVICES = ['ingest', 'training', 'evaluation', 'inference'] as const;

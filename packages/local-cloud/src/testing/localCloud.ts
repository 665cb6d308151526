import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../aws.ts';
import { startCloud, type RunningCloud } from '../cloud.ts';
import { parseConfig, type Config } from '../config.ts';

export interface LocalCloud {
  readonly endpoint: string;
  readonly cloud: RunningCloud;
  readonly stateDir: string;
  /** For any AWS SDK client. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Credentials;
    readonly forcePathStyle: true;
  };
  stop(): Promise<void>;
}

/** A whole cloud on a free port. Without `stateDir` it gets a folder of its own, removed by `stop`. */
export async function startLocalCloud(overrides: Partial<Config> = {}, stateDir?: string): Promise<LocalCloud> {
  const config = parseConfig(
    {
      account: '111122223333',
      region: 'eu-west-1',
      templates: [],
      parameters: {},
      images: [],
      jobSlots: 2,
      warehouse: {
        workgroup: 'warehouse',
        database: 'dev',
        ddl: [],
        bucket: 'warehouse-staging',
        role: 'warehouse-copy',
      },
      ...overrides,
    },
    'the test configuration',
  );
  const folder = stateDir ?? (await mkdtemp(join(tmpdir(), 'local-cloud-')));
  const cloud = await startCloud(config, folder, 0);
  return {
    endpoint: cloud.endpoint,
    cloud,
    stateDir: folder,
    clientConfig: {
      endpoint: cloud.endpoint,
      region: config.region,
      credentials: cloud.administrator,
      forcePathStyle: true,
    },
    async stop() {
      await cloud.stop();
      if (stateDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

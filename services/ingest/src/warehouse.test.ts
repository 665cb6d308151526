import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';

type Warehouse = (context: { resolveVariable: (name: string) => Promise<unknown> }) => Promise<{
  target: string;
  credentials: { Action: string };
}>;
const warehouse = createRequire(import.meta.url)('../warehouse.cjs') as Warehouse;
const packaged = (settings: { workgroup: string } | { cluster: string }) =>
  warehouse({ resolveVariable: () => Promise.resolve({ ...settings, database: 'dev' }) });

describe('the warehouse of the template', () => {
  it('is a serverless workgroup', async () => {
    const { target, credentials } = await packaged({ workgroup: 'other' });
    expect(JSON.parse(target)).toEqual({ WorkgroupName: 'other', Database: 'dev' });
    expect(credentials.Action).toBe('redshift-serverless:GetCredentials');
  });

  it('or a cluster', async () => {
    const { target, credentials } = await packaged({ cluster: 'main' });
    expect(JSON.parse(target)).toEqual({ ClusterIdentifier: 'main', Database: 'dev' });
    expect(credentials.Action).toBe('redshift:GetClusterCredentialsWithIAM');
  });
});

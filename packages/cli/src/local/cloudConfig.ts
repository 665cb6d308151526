import { join } from 'node:path';
import { jobImageParameter } from '@regulabel/shared/names';
import { sourcesDigest } from './packageServices.ts';
import { JOB_SOURCES, LOCAL, packageFolder, REPOSITORY, SERVICES } from './place.ts';

/** SageMaker's own image in the local region; on one machine a stand-in with the same file contract trains in its place. */
const BLAZINGTEXT_IMAGE = `685385470294.dkr.ecr.${LOCAL.region}.amazonaws.com/blazingtext:1`;

/** The bucket that stands for the warehouse team's own: COPY reads from it. */
export const WAREHOUSE_BUCKET = `warehouse-${LOCAL.account}-${LOCAL.region}`;
/** The role with which the warehouse's team lets COPY read that bucket. */
const WAREHOUSE_ROLE = 'warehouse-copy';
export const WAREHOUSE_ROLE_ARN = `arn:aws:iam::${LOCAL.account}:role/${WAREHOUSE_ROLE}`;
export const WAREHOUSE = { WorkgroupName: 'regulabel', Database: 'dev' } as const;

const TABLES = [
  `CREATE TABLE IF NOT EXISTS labelled_items (
    item_id VARCHAR, country VARCHAR, title VARCHAR, description VARCHAR, brand VARCHAR,
    scheme VARCHAR, code VARCHAR, labelled_at TIMESTAMP)`,
  `CREATE TABLE IF NOT EXISTS sold_items (
    item_id VARCHAR, country VARCHAR, title VARCHAR, description VARCHAR, brand VARCHAR,
    quantity INTEGER, sold_on DATE)`,
];

/** The one file that the local cloud is started with. */
export async function cloudConfig(jobSlots: number) {
  // As in the cloud, the image is pinned by what is in it: other job code is another digest.
  const digest = await sourcesDigest(JOB_SOURCES);
  const jobImage = `${LOCAL.account}.dkr.ecr.${LOCAL.region}.amazonaws.com/regulabel-${LOCAL.stage}-jobs@sha256:${digest}`;
  const bundle = (name: string) => [process.execPath, join(REPOSITORY, 'packages', name, 'dist', 'main.cjs')];
  return {
    account: LOCAL.account,
    region: LOCAL.region,
    templates: SERVICES.map(packageFolder),
    parameters: { [jobImageParameter(LOCAL)]: jobImage },
    images: [
      { image: jobImage, command: bundle('jobs') },
      {
        image: BLAZINGTEXT_IMAGE,
        command: bundle('blazingtext'),
        metrics: [{ Name: 'validation:accuracy', Regex: '#validation_accuracy: ([0-9.]+)' }],
      },
    ],
    jobSlots,
    warehouse: {
      workgroup: WAREHOUSE.WorkgroupName,
      database: WAREHOUSE.Database,
      ddl: TABLES,
      bucket: WAREHOUSE_BUCKET,
      role: WAREHOUSE_ROLE,
    },
  };
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  paginateDescribeImageScanFindings,
  type ECRClient,
} from '@aws-sdk/client-ecr';
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { RegulabelError } from '@regulabel/shared/errors';
import { jobImageParameter, jobImageRepository } from '@regulabel/shared/names';
import { findingsOf, refusedFindings, type AcceptedFindings, type Finding } from './findings.ts';

/** A scan takes a minute or two. */
const SCAN = { everyMs: 5000, looks: 240 } as const;

export interface Cloud {
  readonly ecr: ECRClient;
  readonly ssm: SSMClient;
  /** Runs Podman; throws when it fails. */
  readonly podman: (args: readonly string[]) => Promise<void>;
  readonly say: (line: string) => void;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export interface JobImage {
  readonly stage: string;
  /** Its tag in the repository; tags there never move. */
  readonly commit: string;
  /** Its name in the local storage of Podman. */
  readonly local: string;
}

/**
 * Puts an image into the stage's repository, waits for its scan, and only then names it, by digest, in the SSM parameter that
 * the starting Lambdas read. Again with the same commit, it looks at the scan again and pushes nothing. Returns the image.
 * Throws `RepositoryMissing`, `ImageNotScanned` or `ImageVulnerable`.
 */
export async function pushImage(cloud: Cloud, image: JobImage, accepted: AcceptedFindings): Promise<string> {
  const repository = jobImageRepository(image);
  const uri = await repositoryUri(cloud.ecr, image.stage);
  const digest = (await pushedDigest(cloud.ecr, repository, image.commit)) ?? (await push(cloud, image, uri));
  const today = new Date().toISOString().slice(0, 10);
  const refused = refusedFindings(await scan(cloud, repository, digest), accepted, today);
  if (refused.length > 0) throw vulnerable(`${uri}@${digest}`, refused);
  const Value = `${uri}@${digest}`;
  await cloud.ssm.send(
    new PutParameterCommand({ Name: jobImageParameter(image), Value, Type: 'String', Overwrite: true }),
  );
  return Value;
}

async function repositoryUri(ecr: ECRClient, stage: string): Promise<string> {
  const name = jobImageRepository({ stage });
  try {
    const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
    return repositories[0]?.repositoryUri ?? '';
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'RepositoryNotFoundException') throw error;
    throw new RegulabelError(
      'RepositoryMissing',
      `there is no repository ${name}: it comes with ingest, which is deployed first ("npm run deploy -- ingest ${stage}")`,
      { cause: error },
    );
  }
}

async function pushedDigest(ecr: ECRClient, repositoryName: string, imageTag: string): Promise<string | undefined> {
  try {
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }),
    );
    return imageDetails[0]?.imageDigest;
  } catch (error) {
    if (error instanceof Error && error.name === 'ImageNotFoundException') return undefined;
    throw error;
  }
}

/** The credentials live in a file of their own for as long as the push takes; Podman's own are neither read nor changed. */
async function push({ ecr, podman }: Cloud, { commit, local }: JobImage, uri: string): Promise<string> {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-push-'));
  try {
    const [authFile, digestFile] = [join(folder, 'auth.json'), join(folder, 'digest')];
    const [registry = ''] = uri.split('/');
    const auths = { [registry]: { auth: authorizationData[0]?.authorizationToken } };
    await writeFile(authFile, JSON.stringify({ auths }), { mode: 0o600 });
    // Docker's manifest: what SageMaker has always run.
    const format = ['--format', 'v2s2', '--authfile', authFile, '--digestfile', digestFile];
    await podman(['push', ...format, local, `docker://${uri}:${commit}`]);
    return (await readFile(digestFile, 'utf8')).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the repository's scan on push found. An enhanced scan goes on for ever: ACTIVE is its first result. */
async function scan(
  { ecr, say, wait = delay }: Cloud,
  repositoryName: string,
  imageDigest: string,
): Promise<Finding[]> {
  say(`waiting for the scan of ${repositoryName}@${imageDigest} ...`);
  for (let look = 0; look < SCAN.looks; look++) {
    const { status, description, findings } = await lookAtScan(ecr, repositoryName, imageDigest);
    if (status === 'COMPLETE' || status === 'ACTIVE') return findings;
    if (!['PENDING', 'IN_PROGRESS'].includes(status))
      throw notScanned(repositoryName, `${status} ${description}`.trim());
    await wait(SCAN.everyMs);
  }
  throw notScanned(repositoryName, `no result after ${(SCAN.looks * SCAN.everyMs) / 60_000} minutes`);
}

async function lookAtScan(client: ECRClient, repositoryName: string, imageDigest: string) {
  const findings: Finding[] = [];
  let [status, description] = ['PENDING', ''];
  try {
    for await (const page of paginateDescribeImageScanFindings(
      { client },
      { repositoryName, imageId: { imageDigest } },
    )) {
      status = page.imageScanStatus?.status ?? status;
      description = page.imageScanStatus?.description ?? '';
      findings.push(...findingsOf(page.imageScanFindings ?? {}));
    }
  } catch (error) {
    // Not begun yet.
    if (!(error instanceof Error) || error.name !== 'ScanNotFoundException') throw error;
  }
  return { status, description, findings };
}

const notScanned = (repository: string, problem: string) =>
  new RegulabelError(
    'ImageNotScanned',
    `the scan of ${repository} did not end (${problem}), so the image is not used. Look at it in ECR, then run this again`,
  );

const vulnerable = (image: string, refused: readonly Finding[]) =>
  new RegulabelError(
    'ImageVulnerable',
    `${image} is not used: ${refused.length} critical or high findings. Take a newer base in packages/jobs/Dockerfile, or, with a reason ` +
      `and a day, accept them in packages/jobs/accepted-findings.yml:\n${refused.map(({ id, severity, found }) => `  ${severity} ${id} ${found}`.trimEnd()).join('\n')}`,
  );

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readStage } from './stage.ts';

const root = dirname(dirname(import.meta.dirname));
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const filesIn = (folder: string): string[] => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);

interface Job {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly environment?: string;
  readonly concurrency?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly with?: Record<string, string> }[];
}
interface Workflow {
  readonly on: Readonly<Record<string, { readonly branches?: readonly string[]; readonly paths?: readonly string[] }>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = new Map(
  filesIn('.github/workflows').map((path) => [path.split('/').at(-1) ?? '', parse(read(path)) as Workflow]),
);
const workflow = (name: string): Workflow => {
  const found = workflows.get(name);
  if (found === undefined) throw new Error(`there is no .github/workflows/${name}`);
  return found;
};
const allJobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ file, name, job })),
);
const services = readdirSync(join(root, 'services'));

/** The workspace packages that end up in what a package ships, without itself: its dependencies', and theirs. */
function packagesIn(folder: string): string[] {
  const { dependencies = {} } = JSON.parse(read(folder, 'package.json')) as { dependencies?: Record<string, string> };
  const own = Object.entries(dependencies)
    .filter(([, version]) => version === 'workspace:*')
    .map(([name]) => name.replace('@regulabel/', ''))
    // How a stage is set up: every service reads it, whichever way it depends on it.
    .filter((name) => name !== 'stages')
    .map((name) => `packages/${name}`);
  return [...new Set(own.flatMap((each) => [each, ...packagesIn(each)]))];
}

const SHARED_BY_ALL = ['pnpm-lock.yaml', '.github/actions/enter-stage/**', '!**/*.md', '!**/*.test.ts'];

describe('the deploy workflows', () => {
  it('are one for each service', () => {
    const names = [...workflows.keys()].flatMap((name) => /^deploy-(.+)\.yml$/.exec(name)?.[1] ?? []);
    expect(names.sort()).toEqual([...services, 'service'].sort());
  });

  it.each(services)('run for %s when it, or what it is made of, changes on main, and for nothing else', (service) => {
    const { push } = workflow(`deploy-${service}.yml`).on;
    expect(push?.branches).toEqual(['main']);
    const madeOf = [`services/${service}`, ...packagesIn(`services/${service}`), 'stages'];
    const ways = [`.github/workflows/deploy-${service}.yml`, '.github/workflows/deploy-service.yml'];
    const expected = [...madeOf.map((folder) => `${folder}/**`), ...ways, ...SHARED_BY_ALL];
    expect([...(push?.paths ?? [])].sort()).toEqual(expected.sort());
  });

  it.each(services)('deploy %s, all in the same way', (service) => {
    const jobs = Object.values(workflow(`deploy-${service}.yml`).jobs);
    expect(jobs).toMatchObject([{ uses: './.github/workflows/deploy-service.yml', with: { service } }]);
  });

  it('exclude last what would not be deployed: a later pattern wins', () => {
    for (const { on } of workflows.values()) {
      const paths = on['push']?.paths ?? [];
      expect(paths.slice(-2)).toEqual(paths.length === 0 ? [] : ['!**/*.md', '!**/*.test.ts']);
    }
  });
});

describe("the job image's workflow", () => {
  it('runs when what is in the image changes', () => {
    const madeOf = ['packages/jobs', ...packagesIn('packages/jobs')];
    const expected = [...madeOf.map((folder) => `${folder}/**`), '.github/workflows/job-image.yml', ...SHARED_BY_ALL];
    expect([...(workflow('job-image.yml').on['push']?.paths ?? [])].sort()).toEqual(expected.sort());
  });
});

describe('what reaches AWS', () => {
  const deploying = allJobs.filter(({ job }) => job.environment !== undefined);

  it('is the two stages, prod after staging, each one deployment of a thing at a time', () => {
    expect(deploying.map(({ file, name }) => `${file} ${name}`).sort()).toEqual([
      'deploy-service.yml prod',
      'deploy-service.yml staging',
      'job-image.yml prod',
      'job-image.yml staging',
    ]);
    const thing = { 'deploy-service.yml': 'deploy-${{ inputs.service }}', 'job-image.yml': 'job-image' };
    for (const { file, name, job } of deploying) {
      expect(job.environment).toBe(name);
      expect(job.concurrency).toBe(`${thing[file as keyof typeof thing]}-${name}`);
      if (name === 'prod') expect(job.needs).toBe('staging');
    }
  });

  it('takes on the role of its own stage', () => {
    for (const { name, job } of deploying) {
      const entered = job.steps?.filter(({ uses }) => uses === './.github/actions/enter-stage') ?? [];
      expect(entered.map((step) => step.with)).toEqual([{ stage: name, role: '${{ vars.DEPLOY_ROLE_ARN }}' }]);
    }
  });

  it("enters a stage in the region of the stage's file, as its sed reads it", () => {
    for (const stage of ['staging', 'prod']) {
      const [, region] = /^region:\ *(.*)$/m.exec(read('stages', `${stage}.yml`)) ?? [];
      expect(region).toBe(readStage(stage).region);
    }
  });

  it('starts from main only', () => {
    const first = allJobs.filter(({ file, job }) => job.needs === undefined && /deploy-service|job-image/.test(file));
    expect(first.map(({ job }) => job)).toMatchObject(first.map(() => ({ if: "github.ref == 'refs/heads/main'" })));
  });
});

describe('all workflows', () => {
  const texts = [...filesIn('.github/workflows'), '.github/actions/enter-stage/action.yml'].map((path) => ({
    path,
    text: read(path),
  }));

  it("pin other people's actions by commit, with the version beside it", () => {
    const uses = texts.flatMap(({ text }) => [...text.matchAll(/uses: *(.*)$/gm)].map(([, action]) => action ?? ''));
    const foreign = uses.filter((action) => !action.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(0);
    expect(foreign.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('pin one version of each action', () => {
    const pins = texts.flatMap(({ text }) => [...text.matchAll(/uses: *([\w-]+\/[\w-]+@.*)$/gm)].map(([, pin]) => pin));
    const actions = new Set([...new Set(pins)].map((pin) => pin?.split('@')[0]));
    expect(new Set(pins).size).toBe(actions.size);
  });

  it('use no secret', () => {
    expect(texts.filter(({ text }) => text.includes('secrets')).map(({ path }) => path)).toEqual([]);
  });

  it('may read the repository, and ask for an OIDC token where they deploy; nothing more', () => {
    for (const [file, { permissions }] of workflows)
      expect({ file, permissions }).toEqual({ file, permissions: file === 'check.yml' ? { contents: 'read' } : {} });
    for (const { file, name, job } of allJobs) {
      const deploys = job.environment !== undefined || job.uses !== undefined;
      const needed = deploys ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' };
      expect({ file, name, permissions: job.permissions ?? workflows.get(file)?.permissions }).toEqual({
        file,
        name,
        permissions: needed,
      });
    }
  });

  it("put nothing of GitHub's, such as a branch's name, into a shell's text", () => {
    const scripts = allJobs.flatMap(({ job }) => job.steps ?? []).flatMap(({ run }) => run ?? []);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('run no longer scripts than a person would type', () => {
    const scripts = allJobs.flatMap(({ job }) => job.steps ?? []).flatMap(({ run }) => run ?? []);
    expect(scripts.filter((script) => script.trim().includes('\n'))).toEqual([]);
  });
});

describe('the check of a pull request', () => {
  it('is what .ci/run does, and a lint of every template that only ignores W3005', () => {
    const scripts = Object.values(workflow('check.yml').jobs).flatMap(({ steps = [] }) => steps.map(({ run }) => run));
    expect(scripts).toContain('bash .ci/run');
    expect(scripts.at(-1)).toMatch(/cfn-lint==[\d.]+ --ignore-checks W3005 --template /);
    expect(workflow('check.yml').on).toHaveProperty('pull_request');
  });
});

// What a stage is set up with: stages/<stage>.yml, checked. Read by every serverless.yml's variables, so that a wrong
// setting fails the packaging, with the setting's name and an example, not a deployment half-way through.
// Plain JavaScript: it runs on whatever Node starts the Serverless Framework.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { parse } = require('yaml');
const z = require('zod');
const REGIONS = require('./regions.json');

/** As in packages/shared/src/names.ts, where it says why. */
const STAGE = /^[a-z][a-z0-9]{0,7}$/;

const setting = (schema, expected, example) => schema.meta({ expected, example });
const text = (pattern, expected, example) => setting(z.string().regex(pattern), expected, example);
const schedule = (example) => text(/^(cron|rate)\(.+\)$/, 'an expression of EventBridge Scheduler (in UTC)', example);

const settings = z.strictObject({
  region: setting(z.enum(REGIONS), `a region that has SageMaker's BlazingText: ${REGIONS.join(', ')}`, 'eu-west-1'),
  redshift: setting(
    z
      .strictObject({
        workgroup: z
          .string()
          .regex(/^[a-z0-9-]{3,64}$/)
          .exactOptional(),
        cluster: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,62}$/)
          .exactOptional(),
        database: z.string().regex(/^[a-z_][a-z0-9_$-]{0,63}$/),
      })
      .refine(({ workgroup, cluster }) => (workgroup === undefined) !== (cluster === undefined)),
    'a database and either a serverless workgroup or a cluster, never both: the rows are in one of them',
    '{ workgroup: regulabel, database: dev }',
  ),
  schedules: setting(
    z.strictObject({
      training: schedule('cron(0 2 1 * ? *)'),
      inference: schedule('cron(0 4 2 * ? *)'),
      monthCheck: schedule('cron(0 6 4-10 * ? *)'),
    }),
    'the three schedules training, inference and monthCheck',
    '{ training: cron(0 2 1 * ? *), inference: cron(0 4 2 * ? *), monthCheck: cron(0 6 4-10 * ? *) }',
  ),
  runDeadlineHours: setting(z.int().min(1).max(168), 'whole hours, 1 to 168', '24'),
  monthlyBudgetUsd: setting(z.number().positive(), 'US dollars, more than 0', '150'),
  reportingAccounts: setting(
    z.array(z.string().regex(/^\d{12}$/)),
    'a list of AWS account ids, each of 12 digits in quotes; empty for this account alone',
    "['111122223333']",
  ),
  keepData: setting(
    z.boolean(),
    'true (what is removed leaves buckets, tables and their keys) or false (for stages that come and go)',
    'true',
  ),
});

/** The settings of a stage. Throws for a stage that cannot be deployed, naming every setting that is wrong. */
function readStage(stage, folder = __dirname) {
  if (!STAGE.test(stage)) {
    throw wrong(
      `"${stage}" cannot be a stage: at most 8 lower-case letters and digits, a letter first, such as --stage dev (names of SageMaker's jobs have no room for more)`,
    );
  }
  const file = `stages/${stage}.yml`;
  let written;
  try {
    written = parse(readFileSync(join(folder, `${stage}.yml`), 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw wrong(`${file} is not YAML: ${error.message}`);
    const stages = readdirSync(folder).flatMap((name) => /^(.+)\.yml$/.exec(name)?.[1] ?? []);
    throw wrong(`there is no ${file}: copy stages/dev.yml and set it up (stages that have one: ${stages.join(', ')})`);
  }
  const parsed = settings.safeParse(written);
  if (parsed.success) return parsed.data;
  throw wrong([...new Set(parsed.error.issues.map((issue) => `${file}: ${problemOf(issue, written)}`))].join('\n'));
}

function problemOf({ code, keys, path }, written) {
  if (code === 'unrecognized_keys') return `${[...path, keys.join(', ')].join('.')}: no such setting`;
  // The innermost setting on the way that says what it has to be.
  let about;
  let schema = settings;
  const way = [];
  for (const name of path) {
    schema = schema.shape?.[name];
    if (schema === undefined) break;
    way.push(name);
    if (schema.meta()?.expected !== undefined) about = { name: way.join('.'), ...schema.meta() };
  }
  if (about === undefined) return 'it has to list settings, as stages/dev.yml does';
  const given = about.name.split('.').reduce((value, name) => value?.[name], written);
  const last = about.name.split('.').at(-1);
  const is = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`;
  return `${about.name} ${is}: it has to be ${about.expected}, for example "${last}: ${about.example}"`;
}

/** The Serverless Framework prints the stack of what a file throws: it is our sentence, nothing else. */
const wrong = (message) => Object.assign(new Error(message), { stack: message });

/** For `${file(../../stages/stage.cjs):...}`. The region stands in the stage's file alone. */
module.exports = ({ options }) => {
  const stage = readStage(options.stage ?? 'dev');
  if (options.region != null && options.region !== stage.region) {
    throw wrong(
      `--region ${options.region}: stages/${options.stage ?? 'dev'}.yml says ${stage.region}; a stage is in one region, change it there`,
    );
  }
  return {
    ...stage,
    dataOnRemove: stage.keepData ? 'Retain' : 'Delete',
    // As principals of a trust policy; the stage's own account is one of them.
    readers: [{ Ref: 'AWS::AccountId' }, ...stage.reportingAccounts],
  };
};
module.exports.readStage = readStage;
module.exports.REGIONS = REGIONS;

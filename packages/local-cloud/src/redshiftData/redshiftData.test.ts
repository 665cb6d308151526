import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cloud } from '../aws.ts';
import { BUCKET, EmbeddedServices, eventually, OTHER_ROLE as OTHER, ROLE } from '../testing/embeddedServices.ts';
import { createRedshiftData } from './redshiftData.ts';

const CONFIG = {
  workgroup: 'warehouse',
  database: 'dev',
  ddl: ['CREATE TABLE IF NOT EXISTS items (id VARCHAR, country VARCHAR, quantity INTEGER, sold_on DATE)'],
};
const service = (cloud: Cloud) => createRedshiftData(cloud, CONFIG);

let cloud: EmbeddedServices;
beforeEach(async () => {
  cloud = await EmbeddedServices.start([service]);
});
afterEach(() => cloud.stop());

type Answer = Record<string, unknown>;
const api = (operation: string, input: Answer, role = ROLE) => cloud.as('redshift-data', operation, input, role);
const target = { WorkgroupName: 'warehouse', Database: 'dev' };
const submit = async (Sql: string, more: Answer = {}) =>
  String((await api('ExecuteStatement', { ...target, Sql, ...more }))['Id']);
const over = (Id: string) =>
  eventually(async () => {
    const statement = await api('DescribeStatement', { Id });
    return ['FINISHED', 'FAILED', 'ABORTED'].includes(String(statement['Status'])) ? statement : undefined;
  });
const run = async (sql: string) => over(await submit(sql));
const rows = async (sql: string) => {
  const Id = await submit(sql);
  expect(await over(Id)).toMatchObject({ Status: 'FINISHED', HasResultSet: true });
  return (await api('GetStatementResult', { Id }))['Records'];
};

const fill = () =>
  run(`INSERT INTO items SELECT 'i' || i, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'DE' ELSE 'FR' END, i, DATE '2026-01-31'
       FROM range(9) r(i)`);
const unload = (
  prefix: string,
  options = 'PARTITION BY (country) INCLUDE MANIFEST VERBOSE',
  select = 'select * from items',
) => `UNLOAD ('${select}') TO 's3://${BUCKET}/${prefix}' IAM_ROLE '${ROLE}' FORMAT PARQUET ${options}`;
const copy = (table: string, prefix: string) =>
  `COPY ${table} FROM 's3://${BUCKET}/${prefix}' IAM_ROLE '${ROLE}' FORMAT AS PARQUET`;

describe('a statement', () => {
  it('answers at once and is finished later, with its rows', async () => {
    const submitted = await api('ExecuteStatement', { ...target, Sql: 'select 1' });
    expect(submitted).toMatchObject({ ...target, CreatedAt: expect.any(Number) as unknown });
    await over(String(submitted['Id']));
    const Id = await submit(
      "select 1 as a, 2.50::decimal(9,2) as b, 'x' as c, true as d, null as e, 1.5::double as f, date '2026-01-02' as g",
    );
    expect(await over(Id)).toMatchObject({
      Status: 'FINISHED',
      ResultRows: 1,
      HasResultSet: true,
      QueryString: expect.any(String) as unknown,
    });
    expect(await api('GetStatementResult', { Id })).toMatchObject({
      TotalNumRows: 1,
      ColumnMetadata: [{ name: 'a', typeName: 'int4' }, {}, {}, {}, {}, {}, {}],
      Records: [
        [
          { longValue: 1 },
          { stringValue: '2.50' },
          { stringValue: 'x' },
          { booleanValue: true },
          { isNull: true },
          { doubleValue: 1.5 },
          { stringValue: '2026-01-02' },
        ],
      ],
    });
  });

  it('has its result page by page', async () => {
    const Id = await submit('select i from range(1500) r(i)');
    await over(Id);
    const first = await api('GetStatementResult', { Id });
    const second = await api('GetStatementResult', { Id, NextToken: first['NextToken'] });
    expect([...(first['Records'] as unknown[]), ...(second['Records'] as unknown[])]).toHaveLength(1500);
    expect(second).not.toHaveProperty('NextToken');
  });

  it('says how many rows it changed, and fails with the reason', async () => {
    expect(await fill()).toMatchObject({ Status: 'FINISHED', ResultRows: 9, HasResultSet: false });
    expect(await run('select * from nothing')).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringMatching(/^ERROR: .*nothing/) as unknown,
    });
    expect(await run('select 1; select 2')).toMatchObject({ Status: 'FAILED' });
    const { Id } = await run('select * from nothing');
    await expect(api('GetStatementResult', { Id })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('may not touch files of this machine', async () => {
    for (const sql of [
      "select * from read_text('/etc/hosts')",
      "ATTACH '/tmp/x.db'",
      'SET enable_external_access = true',
    ]) {
      expect(await run(sql)).toMatchObject({ Status: 'FAILED' });
    }
  });

  it('is nobody else to see', async () => {
    const Id = await submit('select 1');
    for (const operation of ['DescribeStatement', 'GetStatementResult']) {
      await expect(api(operation, { Id }, OTHER)).rejects.toThrow('Query does not exist.');
    }
    await over(Id);
  });

  it('is the same for the same client token and role', async () => {
    const ids = [await submit('select 1', { ClientToken: 't' }), await submit('select 1', { ClientToken: 't' })];
    expect(new Set(ids).size).toBe(1);
    const other = await api('ExecuteStatement', { ...target, Sql: 'select 1', ClientToken: 't' }, OTHER);
    expect(other['Id']).not.toBe(ids[0]);
    await expect(submit('select 1', { ClientToken: 'x'.repeat(65) })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  it.each([
    ['another workgroup', { WorkgroupName: 'other' }, 'ValidationException'],
    ['a cluster', { ClusterIdentifier: 'warehouse' }, 'NotImplemented'],
    ['another database', { Database: 'prod' }, 'ValidationException'],
    ['parameters', { Parameters: [{ name: 'a', value: '1' }] }, 'NotImplemented'],
  ])('is refused for %s', async (_, changes, code) => {
    await expect(submit('select 1', changes)).rejects.toMatchObject({ code });
  });
});

describe('statements', () => {
  const listed = async (input: Answer = {}, role = ROLE) =>
    ((await api('ListStatements', input, role))['Statements'] as { StatementName?: string }[]).map(
      ({ StatementName }) => StatementName,
    );

  it('are listed to the role that ran them, the latest first, by status and name', async () => {
    for (const StatementName of ['load-1', 'load-2', 'other']) await over(await submit('select 1', { StatementName }));
    await over(await submit('select nonsense', { StatementName: 'load-3' }));
    expect(await listed()).toEqual(['other', 'load-2', 'load-1']);
    expect(await listed({ Status: 'ALL', StatementName: 'load' })).toEqual(['load-3', 'load-2', 'load-1']);
    expect(await listed({ Status: 'FAILED' })).toEqual(['load-3']);
    expect(await listed({ ...target, Database: 'none' })).toEqual([]);
    expect(await listed({}, OTHER)).toEqual([]);
    const { Statements, NextToken } = await api('ListStatements', { MaxResults: 2 });
    expect(Statements).toMatchObject([{ QueryString: 'select 1', IsBatchStatement: false, Status: 'FINISHED' }, {}]);
    expect(await listed({ MaxResults: 2, NextToken })).toEqual(['load-1']);
  });

  it('can be cancelled, waiting or under way, and leave nothing behind', async () => {
    const slow = `insert into items select 'x', null, 1, null from range(1000000) a, range(1000000) b
                  where a.range * b.range = -1`;
    const [running, waiting] = [await submit(slow), await submit(slow)];
    await eventually(async () =>
      (await api('DescribeStatement', { Id: running }))['Status'] === 'STARTED' ? true : undefined,
    );
    for (const Id of [waiting, running]) expect(await api('CancelStatement', { Id })).toEqual({ Status: true });
    expect(await over(running)).toMatchObject({ Status: 'ABORTED', HasResultSet: false });
    expect(await over(waiting)).toMatchObject({ Status: 'ABORTED' });
    expect(await rows('select count(*) from items')).toEqual([[{ longValue: 0 }]]);
    await expect(api('CancelStatement', { Id: running })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(api('CancelStatement', { Id: running }, OTHER)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('the database', () => {
  it('lists its schemas, tables and columns, by patterns, and nothing of its own bookkeeping', async () => {
    expect(await api('ListSchemas', target)).toEqual({ Schemas: ['main'] });
    expect(await api('ListTables', { ...target, TablePattern: 'it%' })).toEqual({
      Tables: [{ name: 'items', schema: 'main', type: 'TABLE' }],
    });
    expect(await api('ListTables', { ...target, TablePattern: "x'" })).toEqual({ Tables: [] });
    const first = await api('DescribeTable', { ...target, Table: 'items', MaxResults: 3 });
    expect(first).toMatchObject({ TableName: 'items', ColumnList: [{ name: 'id', typeName: 'varchar' }, {}, {}] });
    expect(await api('DescribeTable', { ...target, Table: 'items', NextToken: first['NextToken'] })).toMatchObject({
      ColumnList: [{ name: 'sold_on', typeName: 'date', nullable: 1, tableName: 'items', schemaName: 'main' }],
    });
    await expect(api('ListTables', { ...target, Database: 'none' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });
});

describe('a batch', () => {
  it('is one transaction', async () => {
    const batch = async (Sqls: string[]) =>
      over(String((await api('BatchExecuteStatement', { ...target, Sqls }))['Id']));
    const good = await batch(["insert into items values ('a', 'DE', 1, null)", 'select count(*) from items']);
    expect(good).toMatchObject({
      Status: 'FINISHED',
      HasResultSet: true,
      SubStatements: [{ ResultRows: 1 }, { HasResultSet: true }],
    });
    const [, { Id }] = good['SubStatements'] as [unknown, { Id: string }];
    expect((await api('GetStatementResult', { Id }))['Records']).toEqual([[{ longValue: 1 }]]);

    const bad = await batch(["insert into items values ('b', 'DE', 1, null)", 'select * from nothing', 'select 1']);
    expect(bad).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringMatching(/^Query #2 failed with ERROR/) as unknown,
      SubStatements: [{ Status: 'ABORTED' }, { Status: 'FAILED' }, { Status: 'ABORTED' }],
    });
    expect(await rows('select count(*) from items')).toEqual([[{ longValue: 1 }]]);
  });
});

describe('UNLOAD and COPY', () => {
  it('write partitions and a manifest that accounts for every row, and read them back', async () => {
    await fill();
    expect(await run(unload('out'))).toMatchObject({ Status: 'FINISHED', ResultRows: 9 });
    const data = ['DE', 'FR', '__HIVE_DEFAULT_PARTITION__'].map((each) => `out/country=${each}/0000_part_00.parquet`);
    expect(await cloud.keys('out')).toEqual([...data, 'out/manifest']);
    const manifest = JSON.parse(await cloud.get('out/manifest')) as {
      entries: { url: string; meta: { content_length: number; record_count: number } }[];
      meta: { content_length: number; record_count: number };
    };
    expect(manifest).toMatchObject({
      entries: data.map((key) => ({ url: `s3://${BUCKET}/${key}`, meta: { record_count: 3 } })),
      schema: {
        elements: [
          { name: 'id', type: { base: 'character varying', max_length: 65535 } },
          { name: 'country', type: { base: 'character varying', max_length: 65535 } },
          { name: 'quantity', type: { base: 'integer' } },
          { name: 'sold_on', type: { base: 'date' } },
        ],
      },
      meta: { record_count: 9 },
      author: { name: 'Amazon Redshift', version: '1.0.0' },
    });
    for (const { url, meta } of manifest.entries) {
      const head = await cloud.as('s3', 'HeadObject', { Bucket: BUCKET, Key: url.replace(`s3://${BUCKET}/`, '') });
      expect(head['ContentLength']).toBe(meta.content_length);
    }
    expect(manifest.meta.content_length).toBe(manifest.entries.reduce((sum, { meta }) => sum + meta.content_length, 0));

    await run('create table again as select * from items limit 0');
    expect(await run(copy('again', 'out/country='))).toMatchObject({ Status: 'FINISHED', ResultRows: 9 });
    const difference = '(select * from again except select * from items)';
    expect(await rows(`select count(*) from ${difference}`)).toEqual([[{ longValue: 0 }]]);
  });

  it('leave the partition column out without INCLUDE, and keep sums whole numbers', async () => {
    await fill();
    const select = 'select country, sum(quantity) as quantity from items group by country';
    await run(unload('out/', 'PARTITION BY (country) MANIFEST VERBOSE', select));
    const { schema } = JSON.parse(await cloud.get('out/manifest')) as { schema: unknown };
    expect(schema).toEqual({ elements: [{ name: 'quantity', type: { base: 'bigint' } }] });
    await run('create table sums (quantity bigint)');
    expect(await run(copy('sums', 'out/country='))).toMatchObject({ Status: 'FINISHED', ResultRows: 3 });
  });

  it('refuse a destination that has files', async () => {
    await fill();
    await run(unload('out/'));
    expect(await run(unload('out/'))).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringContaining('Specified unload destination on S3 is not empty') as unknown,
    });
  });

  it('write nothing at all for no rows', async () => {
    expect(await run(unload('out/'))).toMatchObject({ Status: 'FINISHED', ResultRows: 0 });
    expect(await run(unload('plain/', 'MANIFEST VERBOSE'))).toMatchObject({ Status: 'FINISHED', ResultRows: 0 });
    expect(await cloud.keys()).toEqual([]);
  });

  it('encrypt files and manifest under the key named', async () => {
    await fill();
    const { KeyMetadata } = (await cloud.as('kms', 'CreateKey', {})) as { KeyMetadata: { KeyId: string; Arn: string } };
    await run(unload('out/', `MANIFEST VERBOSE ENCRYPTED KMS_KEY_ID '${KeyMetadata.KeyId}'`));
    for (const Key of await cloud.keys('out/')) {
      expect(await cloud.as('s3', 'HeadObject', { Bucket: BUCKET, Key })).toMatchObject({
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: KeyMetadata.Arn,
      });
    }
    expect(await cloud.keys('out/')).toHaveLength(2);
  });

  it('fail with the words of S3, and for a role that is not there or does not trust Redshift', async () => {
    await fill();
    const elsewhere = unload('x').replace(BUCKET, 'no-such-bucket');
    expect(await run(elsewhere)).toMatchObject({
      Error: expect.stringMatching(/S3ServiceException.*NoSuchBucket/) as unknown,
    });
    for (const role of [`${ROLE}-gone`, OTHER])
      expect(await run(unload('x').replace(ROLE, role))).toMatchObject({
        Error: expect.stringContaining(`not authorized to assume IAM Role ${role}`) as unknown,
      });
    expect(await run(copy('items', 'nothing/'))).toMatchObject({
      Error: "ERROR: The specified S3 prefix 'nothing/' does not exist",
    });
  });

  it('a COPY that fails leaves the table as it was', async () => {
    await fill();
    await run(unload('wide/', '', "select id, country, ''many'' as quantity, sold_on from items"));
    expect(await run(copy('items', 'wide/'))).toMatchObject({ Status: 'FAILED' });
    expect(await rows('select count(*) from items')).toEqual([[{ longValue: 9 }]]);
  });
});

describe('after an interruption', () => {
  const restart = async () => {
    await cloud.close();
    cloud = await EmbeddedServices.start([service], cloud.stateDir);
  };

  it('the warehouse has what was finished, and goes on with what was not', async () => {
    await fill();
    const interrupted = await submit('insert into items select * from items');
    const waiting = await submit(unload('out/'));
    await restart();
    expect(await over(interrupted)).toMatchObject({ Status: 'FINISHED', ResultRows: 9 });
    expect(await over(waiting)).toMatchObject({ Status: 'FINISHED', ResultRows: 18 });
    expect(await rows('select count(*) from items')).toEqual([[{ longValue: 18 }]]);
  });

  it('a statement that took effect just before is not run again', async () => {
    await fill();
    const Id = await submit("insert into items values ('once', 'DE', 1, null)");
    const finished = await over(Id);
    const statements = cloud.store.collection<Answer>('redshift-data/statements');
    statements.put(Id, { ...statements.get(Id), status: 'STARTED', parts: undefined });
    await restart();
    expect(await over(Id)).toMatchObject({ Status: 'FINISHED', ResultRows: finished['ResultRows'] });
    expect(await rows("select count(*) from items where id = 'once'")).toEqual([[{ longValue: 1 }]]);
  });

  it('an UNLOAD starts again over its own files, and only over its own', async () => {
    await fill();
    const started: Answer = { owner: ROLE, batch: false, target, status: 'STARTED', created: 1, updated: 1 };
    const [own, foreign] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    const statements = cloud.store.collection<Answer>('redshift-data/statements');
    statements.put(own, { ...started, id: own, sqls: [unload('own/')] });
    statements.put(foreign, { ...started, id: foreign, sqls: [unload('foreign/')] });
    cloud.store.collection('redshift-data/claims').put(`${own} 0`, true);
    await cloud.put('own/country=DE/0000_part_00.parquet', 'half a file');
    await cloud.put('foreign/country=DE/0000_part_00.parquet', 'of somebody else');
    await restart();
    expect(await over(own)).toMatchObject({ Status: 'FINISHED', ResultRows: 9 });
    expect(await over(foreign)).toMatchObject({ Status: 'FAILED' });
    expect(await cloud.get('foreign/country=DE/0000_part_00.parquet')).toBe('of somebody else');
  });
});

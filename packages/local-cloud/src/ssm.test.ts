import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DescribeParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
  type ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import { startLocalCloud, type LocalCloud } from './testing/localCloud.ts';

describe('Parameter Store', () => {
  let cloud: LocalCloud;
  let ssm: SSMClient;
  beforeAll(async () => {
    cloud = await startLocalCloud();
    ssm = new SSMClient(cloud.clientConfig);
    for (const Name of ['/a/one', '/a/two', '/a/b/three', '/ab', 'plain'])
      await ssm.send(new PutParameterCommand({ Name, Value: Name, Type: Name === '/ab' ? 'StringList' : 'String' }));
  });
  afterAll(async () => {
    ssm.destroy();
    await cloud.stop();
  });

  const below = async (Path: string, more: object = {}) =>
    (await ssm.send(new GetParametersByPathCommand({ Path, ...more }))).Parameters!.map(({ Name }) => Name);
  const described = async (filter?: Partial<ParameterStringFilter>) => {
    const ParameterFilters = filter && [filter as ParameterStringFilter];
    return (await ssm.send(new DescribeParametersCommand({ ParameterFilters }))).Parameters!;
  };
  const names = async (filter: Partial<ParameterStringFilter>) => (await described(filter)).map(({ Name }) => Name);

  it('reads what lies below a path, one level or all, page by page', async () => {
    expect(await below('/a')).toEqual(['/a/one', '/a/two']);
    expect(await below('/a/', { Recursive: true })).toEqual(['/a/b/three', '/a/one', '/a/two']);
    expect(await below('/')).toEqual(['/ab']);
    const { Parameters, NextToken } = await ssm.send(new GetParametersByPathCommand({ Path: '/a', MaxResults: 1 }));
    expect(Parameters).toMatchObject([{ Name: '/a/one', Value: '/a/one' }]);
    expect(await below('/a', { NextToken })).toEqual(['/a/two']);
    await expect(below('/a', { NextToken: 'mine' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
    await expect(below('/a', { MaxResults: 11 })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('describes parameters without their values', async () => {
    const all = await described();
    expect(all).toHaveLength(5);
    expect(all[0]).toEqual({
      Name: '/a/b/three',
      ARN: 'arn:aws:ssm:eu-west-1:111122223333:parameter/a/b/three',
      Type: 'String',
      DataType: 'text',
      Version: 1,
      Tier: 'Standard',
      Policies: [],
      LastModifiedDate: expect.any(Date),
      LastModifiedUser: 'arn:aws:sts::111122223333:assumed-role/local-cloud-administrator/bootstrap',
    });
  });

  it('filters by name, type and path', async () => {
    expect(await names({ Key: 'Name', Option: 'BeginsWith', Values: ['/ab', 'pl'] })).toEqual(['/ab', 'plain']);
    expect(await names({ Key: 'Name', Option: 'Contains', Values: ['hre'] })).toEqual(['/a/b/three']);
    expect(await names({ Key: 'Type', Values: ['StringList'] })).toEqual(['/ab']);
    expect(await names({ Key: 'Path', Values: ['/a'] })).toEqual(['/a/one', '/a/two']);
    expect(await names({ Key: 'Path', Option: 'Recursive', Values: ['/a/b'] })).toEqual(['/a/b/three']);
    await expect(names({ Key: 'Label', Values: ['x'] })).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(names({ Key: 'Name', Option: 'Like', Values: ['x'] })).rejects.toMatchObject({
      name: 'InvalidFilterOption',
    });
  });

  it('tells which of several names there are not', async () => {
    const { Parameters, InvalidParameters } = await ssm.send(new GetParametersCommand({ Names: ['plain', 'none'] }));
    expect([Parameters!.map(({ Name }) => Name), InvalidParameters]).toEqual([['plain'], ['none']]);
  });
});

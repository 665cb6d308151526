import { z } from 'zod';
import { AwsError, arnOf, type Cloud, type Service } from './aws.ts';
import { notSupported, operation } from './operation.ts';
import { paging } from './paging.ts';

interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  /** Epoch seconds. */
  readonly LastModifiedDate: number;
  readonly Description?: string | undefined;
  /** ARN of who put it. */
  readonly LastModifiedUser?: string;
}

const parameterName = z
  .string()
  .max(1011)
  .regex(/^[a-zA-Z0-9_./-]+$/, 'may hold letters, numbers and . - _ / only');
const flag = z.boolean().optional();
const pages = { size: 'MaxResults', token: 'NextToken', usual: 10, badToken: 'InvalidNextToken' } as const;
const inPages = paging({ ...pages, most: 50 });
const inShortPages = paging({ ...pages, most: 10 });

const isBelow = (name: string, path: string): boolean => name.startsWith(path.endsWith('/') ? path : `${path}/`);
const COMPARISONS: Readonly<Record<string, (own: string, wanted: string) => boolean>> = {
  Equals: (own, wanted) => own === wanted,
  BeginsWith: (own, wanted) => own.startsWith(wanted),
  Contains: (own, wanted) => own.includes(wanted),
  Recursive: isBelow,
  OneLevel: (own, wanted) => isBelow(own, wanted) && !own.slice(wanted.replace(/\/$/, '').length + 1).includes('/'),
};
/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
const ParameterFilters = z
  .array(z.strictObject({ Key: z.string(), Option: z.string().optional(), Values: z.array(z.string()).min(1).max(50) }))
  .default([]);
type Filter = z.output<typeof ParameterFilters>[number];

/** Throws 501 for what parameters are not told apart by here. */
function passes(
  parameter: Parameter,
  { Key, Option = Key === 'Path' ? 'OneLevel' : 'Equals', Values }: Filter,
): boolean {
  const compare = COMPARISONS[Option];
  if (!['Name', 'Path', 'Type'].includes(Key)) throw notSupported(`The filter ${Key}`);
  if (compare === undefined) throw new AwsError('InvalidFilterOption', `The filter option ${Option} is not valid.`);
  const own = Key === 'Type' ? parameter.Type : parameter.Name;
  return Values.some((wanted) => compare(own, wanted));
}

/** Parameter Store: plain parameters (`String`, `StringList`) of the standard tier, the latest version of each. */
export function createSsm(cloud: Cloud): Service {
  const parameters = cloud.store.collection<Parameter>('ssm.parameter');
  const answer = (parameter: Parameter) => ({
    ...parameter,
    Description: undefined,
    LastModifiedUser: undefined,
    ARN: arnOf(cloud, 'ssm', `parameter/${parameter.Name.replace(/^\//, '')}`),
    DataType: 'text',
  });
  const chosen = (filters: readonly Filter[]): Parameter[] =>
    parameters
      .list()
      .map(({ value }) => value)
      .filter((parameter) => filters.every((filter) => passes(parameter, filter)));

  return {
    name: 'ssm',
    operations: {
      PutParameter: operation(
        {
          Name: parameterName,
          Value: z.string().min(1),
          Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
          Description: z.string().max(1024).optional(),
          Overwrite: z.boolean().default(false),
          Tier: z.literal('Standard').optional(),
          DataType: z.literal('text').optional(),
          Tags: z.array(z.unknown()).optional(),
        },
        ({ Name, Value, Type, Description, Overwrite }, { arn: LastModifiedUser }) => {
          const old = parameters.get(Name);
          if (Type === 'SecureString') throw notSupported('A parameter of type SecureString');
          if (Buffer.byteLength(Value) > 4096)
            throw new AwsError(
              'ValidationException',
              'Standard tier parameters support a maximum parameter value of 4096 characters.',
            );
          if (old !== undefined && !Overwrite)
            throw new AwsError(
              'ParameterAlreadyExists',
              'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
            );
          const type = Type ?? old?.Type;
          if (type === undefined)
            throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
          const Version = (old?.Version ?? 0) + 1;
          const LastModifiedDate = Date.now() / 1000;
          parameters.put(Name, { Name, Type: type, Value, Version, LastModifiedDate, Description, LastModifiedUser });
          return { Version, Tier: 'Standard' };
        },
      ),
      GetParameter: operation({ Name: z.string(), WithDecryption: flag }, ({ Name }) => {
        const parameter = parameters.get(Name);
        if (parameter === undefined) throw new AwsError('ParameterNotFound', `Parameter ${Name} not found.`);
        return { Parameter: answer(parameter) };
      }),
      GetParameters: operation({ Names: z.array(z.string()).min(1).max(10), WithDecryption: flag }, ({ Names }) => {
        const found = Names.map((name) => parameters.get(name)).filter((parameter) => parameter !== undefined);
        return {
          Parameters: found.map(answer),
          InvalidParameters: Names.filter((name) => parameters.get(name) === undefined),
        };
      }),
      GetParametersByPath: inShortPages(
        'Parameters',
        'Name',
        {
          Path: z.string().startsWith('/'),
          Recursive: z.boolean().default(false),
          WithDecryption: flag,
          ParameterFilters,
        },
        ({ Path, Recursive, ParameterFilters: filters }) => {
          const path = { Key: 'Path', Option: Recursive ? 'Recursive' : 'OneLevel', Values: [Path] };
          return chosen([path, ...filters]).map(answer);
        },
      ),
      DescribeParameters: inPages('Parameters', 'Name', { ParameterFilters }, ({ ParameterFilters: filters }) =>
        chosen(filters).map((each) => ({ ...answer(each), ...described(each) })),
      ),
    },
  };
}

const described = ({ Description, LastModifiedUser }: Parameter) => ({
  Description,
  LastModifiedUser,
  Value: undefined,
  Tier: 'Standard',
  Policies: [],
});

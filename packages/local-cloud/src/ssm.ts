import { z } from 'zod';
import { AwsError } from './aws.ts';
import type { Cloud, Service } from './aws.ts';
import { notSupported, operation } from './operation.ts';

interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  /** Epoch seconds. */
  readonly LastModifiedDate: number;
  readonly Description?: string | undefined;
}

const parameterName = z
  .string()
  .max(1011)
  .regex(/^[a-zA-Z0-9_./-]+$/, 'may hold letters, numbers and . - _ / only');
const flag = z.boolean().optional();

/** Parameter Store: plain parameters (`String`, `StringList`) of the standard tier, the latest version of each. */
export function createSsm(cloud: Cloud): Service {
  const parameters = cloud.store.collection<Parameter>('ssm.parameter');
  const answer = (parameter: Parameter) => ({
    ...parameter,
    Description: undefined,
    ARN: `arn:aws:ssm:${cloud.region}:${cloud.account}:parameter/${parameter.Name.replace(/^\//, '')}`,
    DataType: 'text',
  });

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
        ({ Name, Value, Type, Description, Overwrite }) => {
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
          parameters.put(Name, { Name, Type: type, Value, Version, LastModifiedDate: Date.now() / 1000, Description });
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
      GetParametersByPath: operation(
        { Path: z.string().startsWith('/'), Recursive: z.boolean().default(false), WithDecryption: flag },
        ({ Path, Recursive }) => {
          const folder = Path.endsWith('/') ? Path : `${Path}/`;
          const below = parameters.list(folder).map(({ value }) => value);
          return {
            Parameters: below.filter(({ Name }) => Recursive || !Name.slice(folder.length).includes('/')).map(answer),
          };
        },
      ),
    },
  };
}

import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { RegulabelError } from '../errors.ts';

/** The image of the job container, by digest, from its SSM parameter. Throws `JobImageMissing` when there is none. */
export async function readJobImage(client: SSMClient, parameter: string): Promise<string> {
  const value = await client.send(new GetParameterCommand({ Name: parameter })).then(
    ({ Parameter }) => Parameter?.Value,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ParameterNotFound') throw missing(parameter, { cause: error });
      throw error;
    },
  );
  if (value === undefined || value === '') throw missing(parameter);
  return value;
}

const missing = (parameter: string, options?: ErrorOptions) =>
  new RegulabelError(
    'JobImageMissing',
    `the SSM parameter ${parameter} does not name the job container's image: build and push the image, then set the parameter`,
    options,
  );

import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { RegulabelError } from '../errors.ts';

/** An image that its name pins: what SageMaker runs is what was pushed and scanned. */
export const IMAGE_BY_DIGEST = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/**
 * The image of the job container, by digest, from its SSM parameter `/regulabel/<stage>/job-image`. Throws `JobImageMissing`,
 * with the command that pushes it, when the parameter is not there or names no image by digest (as before the first push).
 */
export async function readJobImage(client: SSMClient, parameter: string): Promise<string> {
  const value = await client.send(new GetParameterCommand({ Name: parameter })).then(
    ({ Parameter }) => Parameter?.Value,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ParameterNotFound')
        throw missing(parameter, 'is not there (it comes with ingest, which is deployed first)', error);
      throw error;
    },
  );
  if (value === undefined || !IMAGE_BY_DIGEST.test(value)) {
    throw missing(parameter, `is ${JSON.stringify(value)}, no image by digest`);
  }
  return value;
}

function missing(parameter: string, problem: string, cause?: Error) {
  const [, , stage = ''] = parameter.split('/');
  return new RegulabelError(
    'JobImageMissing',
    `stage ${stage} has no job image: the SSM parameter ${parameter} ${problem}. Push the image first, with ` +
      `"npm run job-image -- push ${stage}" or the workflow "job image" (docs/deploy.md)`,
    { cause },
  );
}

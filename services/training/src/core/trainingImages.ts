import type { Algorithm } from '@regulabel/contracts/ingest/catalogue.v1';
import { RegulabelError } from '@regulabel/shared/errors';

/**
 * The account that holds SageMaker's BlazingText image in each region.
 * https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
const BLAZINGTEXT_ACCOUNTS: Readonly<Record<string, string>> = {
  'ap-east-1': '286214385809',
  'ap-northeast-1': '501404015308',
  'ap-northeast-2': '306986355934',
  'ap-south-1': '991648021394',
  'ap-southeast-1': '475088953585',
  'ap-southeast-2': '544295431143',
  'ca-central-1': '469771592824',
  'eu-central-1': '813361260812',
  'eu-north-1': '669576153137',
  'eu-west-1': '685385470294',
  'eu-west-2': '644912444149',
  'eu-west-3': '749696950732',
  'me-south-1': '249704162688',
  'sa-east-1': '855470959533',
  'us-east-1': '811284229777',
  'us-east-2': '825641698319',
  'us-west-1': '632365934929',
  'us-west-2': '433757028032',
};

/** What tuning an algorithm takes besides its hyperparameters. */
export interface Trainer {
  readonly image: string;
  /** The metric that tuning maximises. */
  readonly objective: string;
}

/** Throws `AlgorithmNotInRegion` where SageMaker's image has no known account. */
export function trainerOf(algorithm: Algorithm['name'], region: string): Trainer {
  const account = BLAZINGTEXT_ACCOUNTS[region];
  if (account === undefined) {
    throw new RegulabelError(
      'AlgorithmNotInRegion',
      `no account is known for the image of ${algorithm} in region ${region}; known are ${Object.keys(BLAZINGTEXT_ACCOUNTS).join(', ')}`,
    );
  }
  // Its only metric in supervised mode: https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext-tuning.html
  return { image: `${account}.dkr.ecr.${region}.amazonaws.com/blazingtext:1`, objective: 'validation:accuracy' };
}

import { AwsError, roleSession } from '../aws.ts';
import type { Cloud, Input, Output } from '../aws.ts';
import { parseS3Uri, S3Objects } from '../s3Objects.ts';
import type { Collection } from '../store.ts';
import { now } from './jobs.ts';
import { withoutUndefined } from './describe.ts';
import { modelRequest, parseRequest } from './shapes.ts';
import type { ModelRequest } from './shapes.ts';

interface Model {
  readonly arn: string;
  readonly created: number;
  readonly request: ModelRequest;
}

/** The models of the account: an image and where its artifact lies. */
export class Models {
  readonly #cloud: Cloud;
  readonly #models: Collection<Model>;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#models = cloud.store.collection<Model>('sagemaker/model');
  }

  /** Throws `ValidationException` when there is none. */
  get(name: string): ModelRequest {
    return this.#find(name).request;
  }

  /** The request, checked, and the artifact found as the execution role, as SageMaker does. */
  async check(input: Input): Promise<ModelRequest> {
    const request = parseRequest('CreateModel', modelRequest, input);
    const { ModelDataUrl: url } = request.PrimaryContainer;
    const role = request.ExecutionRoleArn;
    await new S3Objects(this.#cloud, roleSession(role, 'SageMaker')).head(parseS3Uri(url)).catch((cause: unknown) => {
      throw new AwsError(
        'ValidationException',
        `Could not access model data at ${url}. Please ensure that the role "${role}" exists and that its trust ` +
          'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ' +
          `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${this.#cloud.region}.`,
        { cause },
      );
    });
    return request;
  }

  /** The new model's ARN. */
  create(request: ModelRequest): string {
    const arn = this.#arn(request.ModelName);
    if (this.#models.get(request.ModelName) !== undefined) {
      throw new AwsError('ValidationException', `Cannot create already existing model "${arn}".`);
    }
    this.#models.put(request.ModelName, { arn, created: now(), request });
    return arn;
  }

  describe(name: string): Output {
    const { arn, created, request } = this.#find(name);
    return withoutUndefined({ ...request, Tags: undefined, ModelArn: arn, CreationTime: created });
  }

  list(): {
    name: string;
    created: number;
    status: string;
    members: { ModelArn: string; [member: string]: unknown };
  }[] {
    return this.#models.list().map(({ key: name, value: { arn, created } }) => ({
      name,
      created,
      status: 'Completed', // models have none; lists of jobs do
      members: { ModelName: name, ModelArn: arn, CreationTime: created },
    }));
  }

  /** The ARN of the model that is no more. */
  delete(name: string): string {
    const { arn } = this.#find(name);
    this.#models.remove(name);
    return arn;
  }

  #find(name: string): Model {
    const model = this.#models.get(name);
    if (model !== undefined) return model;
    throw new AwsError('ValidationException', `Could not find model "${this.#arn(name)}".`);
  }

  #arn(name: string): string {
    return `arn:aws:sagemaker:${this.#cloud.region}:${this.#cloud.account}:model/${name}`;
  }
}

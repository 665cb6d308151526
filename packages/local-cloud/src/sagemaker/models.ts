import { AwsError, arnOf, servicePrincipal, type Cloud, type Input } from '../aws.ts';
import { assumeRole } from '../authorize.ts';
import { parseS3Uri, S3Objects } from '../s3Objects.ts';
import type { Collection } from '../store.ts';
import { now } from './jobs.ts';
import { modelRequest, parseRequest, type ModelRequest } from './shapes.ts';

export interface Model {
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
  get(name: string): Model {
    const model = this.#models.get(name);
    if (model !== undefined) return model;
    throw new AwsError('ValidationException', `Could not find model "${this.#arnOf(name)}".`);
  }

  /** In the order in which they were made. */
  list(): (Model & { readonly name: string })[] {
    const models = this.#models.list().map(({ key, value }) => ({ name: key, ...value }));
    return models.sort((one, other) => one.created - other.created);
  }

  /** Finds the artifact as the execution role, as SageMaker does, and resolves to the new model's ARN. */
  async create(input: Input): Promise<string> {
    const request = parseRequest(modelRequest, input);
    const { ModelDataUrl: url } = request.PrimaryContainer;
    const role = request.ExecutionRoleArn;
    const arn = this.#arnOf(request.ModelName);
    const found = async () => {
      const service = servicePrincipal('sagemaker', arn);
      const session = await assumeRole(this.#cloud, service, { arn: role, sessionName: 'SageMaker' });
      await new S3Objects(this.#cloud, session).head(parseS3Uri(url));
    };
    await found().catch((cause: unknown) => {
      throw new AwsError(
        'ValidationException',
        `Could not access model data at ${url}. Please ensure that the role "${role}" exists and that its trust ` +
          'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ' +
          `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${this.#cloud.region}.`,
        { cause },
      );
    });
    if (this.#models.get(request.ModelName) !== undefined) {
      throw new AwsError('ValidationException', `Cannot create already existing model "${arn}".`);
    }
    this.#models.put(request.ModelName, { arn, created: now(), request });
    return arn;
  }

  #arnOf(name: string): string {
    return arnOf(this.#cloud, 'sagemaker', `model/${name}`);
  }
}

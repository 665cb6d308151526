/** The one vocabulary of the local cloud: who calls, what a service is, and how AWS says no. */
import type { Store } from './store.ts';

/** Who makes a call: a role session, or an AWS service acting for itself. */
export interface Caller {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or a service principal such as `events.amazonaws.com`. */
  readonly arn: string;
  /** The role behind a session, absent for service principals. */
  readonly roleArn?: string;
  /** The resource for which a service acts: a rule's or a topic's ARN. */
  readonly source?: string;
  /** The service through which a role uses a key, e.g. `s3`. */
  readonly via?: string;
  /** The cloud's own workings, the deployment among them: no policy has a say. */
  readonly internal?: true;
}

/** What IAM has to know of a resource. */
export interface Guard {
  /** The ARN that policies name it by, where it was called by another (an alias). */
  readonly arn?: string;
  /** Its own policy, as JSON. */
  readonly policy?: string | undefined;
  /** The customer's key that encrypts it: id, ARN or alias. */
  readonly key?: string | undefined;
  /** A key's aliases. */
  readonly aliases?: readonly string[];
}

/**
 * One API operation. `input` has the member names of the AWS API; so has the answer. Timestamps in answers are epoch
 * seconds (what the JSON protocols carry). Throws {@link AwsError} for everything AWS would refuse.
 */
// The input comes off the wire: each operation reads the members it knows and checks them itself.
export type Operation = (input: Input, caller: Caller) => Promise<Output> | Output;
export type Input = Readonly<Record<string, unknown>>;
export type Output = Readonly<Record<string, unknown>> | undefined;

/** One AWS service: its operations by AWS name. An operation that is not listed is answered 501 with its name. */
export interface Service {
  /** The SigV4 signing name: `s3`, `kms`, `sqs`, `sns`, `dynamodb`, `events`, `states`, `sagemaker`, `lambda`, ... */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** What IAM has to know of one of its resources; nothing for one that does not exist. */
  guardOf?(arn: string): Promise<Guard> | Guard;
  /** Called once, after every template's resources exist: goes on with what a kill interrupted. */
  resume?(): Promise<void> | void;
  /** Stops background work; after it nothing is written. */
  close?(): Promise<void> | void;
}

/** Where resources are. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** The ARN of a resource of the account, `resource` as its service writes it: `table/orders`, `function:send`. */
export const arnOf = ({ region, account }: Place, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** What a service may use of the cloud around it. */
export interface Cloud extends Place {
  /** Absolute; a service keeps its files in a folder of its own name below it. */
  readonly stateDir: string;
  readonly store: Store;
  /** `http://127.0.0.1:PORT`, valid once the server listens (before any `resume`). */
  readonly endpoint: string;
  /** One line to the local cloud's log (`<stateDir>/local-cloud.log`). Never row content. */
  log(line: string): void;
  /**
   * Any operation of any service, as `caller`: the same path that a call over the wire takes, `authorize` included.
   * S3 bodies are `Buffer | string | Readable` in, `Readable` out (`Body`).
   */
  call(service: string, operation: string, input: Input, caller: Caller): Promise<Record<string, unknown>>;
  guardOf(arn: string): Promise<Guard>;
  /** Credentials that make a process's calls arrive as this role's. */
  credentialsFor(roleArn: string, sessionName: string): Credentials;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** AWS's own refusal: `code` is the wire name of the exception, `status` the HTTP status. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further members of the modelled exception, e.g. `CancellationReasons`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; members?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}

/** The caller for a session of `roleArn`. */
export function roleSession(roleArn: string, sessionName: string): Caller {
  const [, , , , account, resource = ''] = roleArn.split(':');
  const role = resource.split('/').at(-1) ?? '';
  return { arn: `arn:aws:sts::${account ?? ''}:assumed-role/${role}/${sessionName}`, roleArn };
}

/** An AWS service that acts for itself, e.g. EventBridge for a rule: the policies of what it calls decide. */
export const servicePrincipal = (service: string, source?: string): Caller => ({
  arn: `${service}.amazonaws.com`,
  ...(source === undefined ? {} : { source }),
});

/** An AWS service at its own business, e.g. S3 telling EventBridge of a new object. */
export const internally = (service: string): Caller => ({ ...servicePrincipal(service), internal: true });

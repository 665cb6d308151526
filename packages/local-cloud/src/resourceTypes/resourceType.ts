import { AwsError, type Place } from '../aws.ts';

/** A resource that exists: what `Ref` and `Fn::GetAtt` give. */
export interface Deployed {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export type Properties = Readonly<Record<string, unknown>>;

/** What creates and updates resources of one type. Any property in neither list is an error. */
export interface ResourceType {
  /** Properties that act. */
  readonly acts: readonly string[];
  /** Properties without effect on a run, beside `Tags` and `Description`. */
  readonly inert?: readonly string[];
  /** Creates the resource, or brings it up to date; what it stores stays. Gets the properties that act. */
  deploy(properties: Properties, deployment: Deployment): Promise<Deployed>;
  /** Ends what a resource that left its template would go on doing. Types without it have nothing of the kind. */
  retire?(ref: string, call: Deployment['call']): Promise<unknown>;
}

/** One resource's deployment, seen by its type. */
export interface Deployment {
  readonly place: Place;
  /** Where the template lies, and the packages beside it. */
  readonly folder: string;
  /** What `Ref` gave when this resource was last deployed. */
  readonly previousRef: string | undefined;
  /** The name that the template gives, or else one made from stack and logical id. */
  readonly name: (given: unknown) => string;
  /** Any operation, as the deployer. */
  readonly call: (service: string, operation: string, input: Properties) => Promise<Record<string, unknown>>;
}

/** Undefined when AWS refuses with `code`, which says that the resource is there already. */
export async function unless<T>(code: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AwsError && error.code === code) return undefined;
    throw error;
  }
}

/** Documents that the API takes as text and templates hold as JSON. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

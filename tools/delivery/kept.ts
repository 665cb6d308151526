/** A compiled template, as far as it matters here. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Place {
  readonly account: string;
  readonly region: string;
  /** The stage's keys that are there, by their descriptions: a key has no other name that outlives its alias. */
  readonly keys: ReadonlyMap<string, string>;
}

export interface Import {
  readonly template: Template;
  /** `--resources-to-import` of CloudFormation's CreateChangeSet. */
  readonly resources: readonly {
    readonly ResourceType: string;
    readonly LogicalResourceId: string;
    readonly ResourceIdentifier: Readonly<Record<string, string>>;
  }[];
}

/**
 * What makes CloudFormation take on the resources that `serverless remove` kept, so that the service can be deployed again:
 * nothing else may stand in such a template. Keys come without their policies, which name roles that are not there yet; the
 * deployment that follows puts them. Throws for a kept resource that it cannot name.
 */
export function importOfKept({ Resources }: Template, place: Place): Import {
  const kept = Object.entries(Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
  return {
    template: { Resources: Object.fromEntries(kept.map(([id, resource]) => [id, withoutPolicy(resource)])) },
    resources: kept.map(([id, resource]) => ({
      ResourceType: resource.Type,
      LogicalResourceId: id,
      ResourceIdentifier: identifierOf(id, resource, place),
    })),
  };
}

function withoutPolicy(resource: Resource): Resource {
  if (resource.Type !== 'AWS::KMS::Key') return resource;
  const others = Object.entries(resource.Properties ?? {}).filter(([property]) => property !== 'KeyPolicy');
  return { ...resource, Properties: Object.fromEntries(others) };
}

function identifierOf(id: string, { Type, Properties = {} }: Resource, place: Place): Record<string, string> {
  switch (Type) {
    case 'AWS::S3::Bucket':
      return { BucketName: nameOf(Properties['BucketName'], place) };
    case 'AWS::DynamoDB::Table':
      return { TableName: nameOf(Properties['TableName'], place) };
    case 'AWS::KMS::Key': {
      const description = String(Properties['Description']);
      const key = place.keys.get(description);
      if (key === undefined)
        throw new Error(`${id}: there is no key of the stage with the description "${description}"`);
      return { KeyId: key };
    }
    default:
      throw new Error(`${id}: this does not know by what CloudFormation identifies a resource of type ${Type}`);
  }
}

/** A name as templates write it: text, or `Fn::Sub` of the account and the region. */
function nameOf(name: unknown, { account, region }: Place): string {
  const text = typeof name === 'string' ? name : (name as { 'Fn::Sub': string })['Fn::Sub'];
  return text.replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region);
}

/** Compiled templates as the rules see them: every expression resolved, before anything is deployed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolve, type Scope } from '@regulabel/local-cloud/template/intrinsics';
import { identityOf, nameProperty, type Identity, type Place } from './identity.ts';
import { at, isObject, text, type JsonObject } from './json.ts';

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt ... Arn` gives; the `ref` where a type has none. */
  readonly arn: string;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
}

export interface Stack {
  /** `regulabel-<stage>-<service>` */
  readonly name: string;
  readonly service: string;
  readonly place: Place;
  readonly resources: readonly Resource[];
  /** As it was compiled. */
  readonly template: JsonObject;
}

/** Any place will do: what the rules ask is the same in all. */
const ACCOUNT = '111122223333';

/** Reads what `serverless package` wrote into a folder. Throws what reading and parsing throw. */
export function readStack(folder: string): Stack {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as JsonObject;
  const { service, provider } = read('serverless-state.json')['service'] as JsonObject;
  const [stage, region] = [text(at(provider, 'stage')), text(at(provider, 'region'))];
  const template = read('cloudformation-template-update-stack.json');
  return stackOf(template, { service: text(service).replace(/^regulabel-/, ''), stage, region });
}

/** A stack of a template. Throws `Error` for an expression that refers to nothing, or that the local cloud does not know. */
export function stackOf(
  template: JsonObject,
  { service, ...where }: Omit<Place, 'account'> & { readonly service: string },
): Stack {
  const place: Place = { ...where, account: ACCOUNT };
  const name = `regulabel-${place.stage}-${service}`;
  const declared = template['Resources'] as Readonly<Record<string, JsonObject>>;
  const identities = new Map<string, Identity>();
  const pseudo: Readonly<Record<string, string | undefined>> = {
    'AWS::AccountId': place.account,
    'AWS::Region': place.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': name,
    'AWS::NoValue': undefined,
  };
  const identify = (id: string): Identity => {
    const known = identities.get(id);
    if (known !== undefined) return known;
    const resource = declared[id];
    if (resource === undefined) throw new Error(`${name}: there is no resource named ${id}`);
    const type = text(resource['Type']);
    // Names only: a resource's other properties may refer back to what asks for the name.
    const naming = [nameProperty(type) ?? '', 'EventBusName'];
    const properties = isObject(resource['Properties']) ? resource['Properties'] : {};
    const named = Object.fromEntries(Object.entries(properties).filter(([property]) => naming.includes(property)));
    const identity = identityOf(
      { type, properties: resolve(named, scope) as JsonObject, unnamed: `${name}-${id}` },
      place,
    );
    identities.set(id, identity);
    return identity;
  };
  const scope: Scope = {
    ref: (id) => (id in pseudo ? pseudo[id] : identify(id).ref),
    attribute: (id, attribute) => identify(id)[attribute] ?? `${name}/${id}.${attribute}`,
  };
  const resources = Object.entries(declared).map(([id, resource]): Resource => {
    const { ref, Arn = ref } = identify(id);
    return {
      id,
      type: text(resource['Type']),
      properties: resolve(resource['Properties'] ?? {}, scope) as JsonObject,
      ref,
      arn: Arn,
      deletionPolicy: text(resource['DeletionPolicy']),
      updateReplacePolicy: text(resource['UpdateReplacePolicy']),
    };
  });
  return { name, service, place, resources, template };
}

/** The resources of a type, in the template's order. */
export const ofType = ({ resources }: Stack, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === type);

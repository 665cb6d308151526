import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Cloud, Operation } from '../aws.ts';
import { parseRequest, tagList } from './shapes.ts';

type Tag = z.infer<typeof tagList>[number];

const listTags = z.strictObject({ ResourceArn: z.string().max(256) });
const addTags = listTags.extend({ Tags: tagList });

/** The tags of jobs and models. */
export class Tags {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #tags;

  constructor(cloud: Cloud, exists: (arn: string) => boolean) {
    this.#tags = cloud.store.collection<readonly Tag[]>('sagemaker/tags');
    const taggable = (arn: string): string => {
      if (exists(arn)) return arn;
      throw new AwsError('ValidationException', `Could not find the resource ${arn}.`);
    };
    this.operations = {
      AddTags: (input) => {
        const { ResourceArn, Tags } = parseRequest('AddTags', addTags, input);
        return { Tags: this.add(taggable(ResourceArn), Tags) };
      },
      ListTags: (input) => {
        const { ResourceArn } = parseRequest('ListTags', listTags, input);
        return { Tags: this.#tags.get(taggable(ResourceArn)) ?? [] };
      },
    };
  }

  /** All tags that the resource now has. */
  add(arn: string, added: readonly Tag[] = []): readonly Tag[] {
    const kept = (this.#tags.get(arn) ?? []).filter(({ Key }) => !added.some((tag) => tag.Key === Key));
    const all = [...kept, ...added];
    if (all.length > 0) this.#tags.put(arn, all);
    return all;
  }

  remove(arn: string): void {
    this.#tags.remove(arn);
  }
}

// What `serverless remove` does about data. Resources marked `DeletionPolicy: Retain` stay, and it says which; where the
// stage's file says `keepData: false` nothing is marked, and the buckets are emptied first: CloudFormation deletes no full one.
const { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } = require('@aws-sdk/client-s3');

class Removal {
  constructor(serverless, options, { log }) {
    const aws = serverless.getProvider('aws');
    const resources = () => Object.entries(serverless.service.resources?.Resources ?? {});
    const nameOf = async ({ Properties = {} }) => {
      const given = Object.entries(Properties).find(([property]) => /^(Bucket|Table)Name$/.test(property))?.[1];
      const text = given?.['Fn::Sub'] ?? given ?? Properties.Description ?? '';
      return text.replace('${AWS::AccountId}', await aws.getAccountId()).replace('${AWS::Region}', aws.getRegion());
    };
    this.hooks = {
      'before:remove:remove': async () => {
        const s3 = new S3Client(await aws.getAwsSdkV3Config());
        for (const [, resource] of resources())
          if (resource.Type === 'AWS::S3::Bucket' && resource.DeletionPolicy !== 'Retain') {
            const bucket = await nameOf(resource);
            log.notice(`Emptying ${bucket}: the stage's data is not kept`);
            await empty(s3, bucket);
          }
      },
      'after:remove:remove': async () => {
        const kept = resources().filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
        if (kept.length === 0) return;
        log.notice('Kept, as the stage says (docs/deploy.md: how to bring it back or delete it):');
        for (const [logicalId, resource] of kept)
          log.notice(`  ${resource.Type}  ${logicalId}  ${await nameOf(resource)}`);
      },
    };
  }
}

/** Deletes every version of every object, a thousand at a time; a bucket that is not there is empty. */
async function empty(s3, Bucket) {
  for (;;) {
    let page;
    try {
      page = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    } catch (error) {
      if (error.name === 'NoSuchBucket') return;
      throw error;
    }
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (versions.length === 0) return;
    const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors.length > 0)
      throw new Error(`${Bucket} cannot be emptied: ${Errors[0].Key}: ${Errors[0].Code} ${Errors[0].Message}`);
  }
}

module.exports = Removal;

/** A type whose resources have no effect on a run: none is created. */
export interface InertType {
  readonly why: string;
  /** The property that names it, which is also what `Ref` gives. */
  readonly name?: string;
}

/** Every resource type that is accepted without effect. */
export const inertTypes: Readonly<Record<string, InertType>> = {
  'AWS::Lambda::Version': { why: 'functions run as $LATEST, which is their only version' },
  'AWS::Logs::LogGroup': { why: 'logs are files in the state folder', name: 'LogGroupName' },
  'AWS::Athena::WorkGroup': { why: 'there is no Athena', name: 'Name' },
  'AWS::Budgets::Budget': { why: 'nothing here costs anything' },
  'AWS::CloudWatch::Alarm': { why: 'there are no metrics', name: 'AlarmName' },
  'AWS::CloudWatch::Dashboard': { why: 'there are no metrics', name: 'DashboardName' },
  'AWS::EventSchemas::Registry': { why: 'nothing looks a schema up while it runs' },
  'AWS::EventSchemas::Schema': { why: 'nothing looks a schema up while it runs' },
  'AWS::Glue::Database': { why: 'there is no Athena' },
  'AWS::Glue::Table': { why: 'there is no Athena' },
};

/** The Serverless Framework's own bucket, and its policy: packages are read from beside the template. */
export const inertResources: ReadonlySet<string> = new Set([
  'ServerlessDeploymentBucket',
  'ServerlessDeploymentBucketPolicy',
]);

// What the extraction's Redshift means for the template: a serverless workgroup or a cluster, as the stage's file says.
module.exports = async ({ resolveVariable }) => {
  const { workgroup, cluster, database } = await resolveVariable('self:custom.stage.redshift');
  const at = (service, resource) => ({
    'Fn::Sub': `arn:aws:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
  });
  return cluster
    ? {
        // Members of ExecuteStatement's input; JSON, as it travels in an environment variable.
        target: JSON.stringify({ ClusterIdentifier: cluster, Database: database }),
        credentials: {
          Effect: 'Allow',
          Action: 'redshift:GetClusterCredentialsWithIAM',
          Resource: at('redshift', `dbname:${cluster}/${database}`),
        },
        statements: at('redshift', `cluster:${cluster}`),
      }
    : {
        target: JSON.stringify({ WorkgroupName: workgroup, Database: database }),
        // A workgroup's ARN ends with an id that only its creation gives.
        credentials: {
          Effect: 'Allow',
          Action: 'redshift-serverless:GetCredentials',
          Resource: at('redshift-serverless', 'workgroup/*'),
        },
        statements: at('redshift-serverless', 'workgroup/*'),
      };
};

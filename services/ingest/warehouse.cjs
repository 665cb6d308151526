// Which Redshift the extraction asks: a serverless workgroup or a cluster, never both. Read by serverless.yml's variables,
// so that a wrong setting fails the packaging, not the first run.
module.exports = async ({ resolveVariable }) => {
  const { workgroup: named, cluster, database } = await resolveVariable('self:custom.warehouse');
  if (named && cluster) {
    throw new Error(
      `Set one of redshiftWorkgroup (now "${named}") and redshiftCluster (now "${cluster}"): the rows are in one of them`,
    );
  }
  const workgroup = named || 'regulabel';
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

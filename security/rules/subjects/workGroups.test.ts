import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, keyWith, stackWith } from '../testing/templates.ts';
import { workGroups } from './workGroups.ts';

const good = {
  ...keyWith('PredictionsKey', 'alias/regulabel-dev-predictions'),
  Queries: {
    Type: 'AWS::Athena::WorkGroup',
    Properties: {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10_000_000,
        ManagedQueryResultsConfiguration: {
          Enabled: true,
          EncryptionConfiguration: { KmsKey: attribute('PredictionsKey') },
        },
      },
    },
  },
};
const settings = 'Queries.Properties.WorkGroupConfiguration';

describe('the rules on workgroups', () => {
  it('find nothing where all is well', async () => {
    expect(await found(workGroups, stackWith(good))).toEqual([]);
  });

  it.each([
    ['workgroup-results-encrypted: Queries', `${settings}.ManagedQueryResultsConfiguration.EncryptionConfiguration`],
    ['workgroup-results-encrypted: Queries', `${settings}.ManagedQueryResultsConfiguration.Enabled`],
    ['workgroup-decides: Queries', `${settings}.EnforceWorkGroupConfiguration`],
    ['workgroup-limits-queries: Queries', `${settings}.BytesScannedCutoffPerQuery`],
  ])('find %s', async (problem, path) => {
    const problems = await found(workGroups, stackWith(changed(good, path)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

import { each, type Rule } from '../rule.ts';
import { at, isTrue } from '../template/json.ts';
import { underOwnKey } from './encryption.ts';

const TYPE = 'AWS::Athena::WorkGroup';

export const workGroups: readonly Rule[] = [
  {
    name: 'workgroup-results-encrypted',
    remedy: 'Let Athena manage the results, under a key of the same template',
    standsFor: ['AwsSolutions-ATH1', 'CKV_AWS_159'],
    check: each(
      TYPE,
      underOwnKey('results', ({ properties }) =>
        isTrue(at(properties, 'WorkGroupConfiguration', 'ManagedQueryResultsConfiguration', 'Enabled')),
      ),
    ),
  },
  {
    name: 'workgroup-decides',
    remedy: 'Set EnforceWorkGroupConfiguration to true',
    standsFor: ['CKV_AWS_82'],
    check: each(TYPE, ({ properties }) =>
      isTrue(at(properties, 'WorkGroupConfiguration', 'EnforceWorkGroupConfiguration'))
        ? undefined
        : 'a query may put its results elsewhere',
    ),
  },
  {
    name: 'workgroup-limits-queries',
    remedy: 'Set BytesScannedCutoffPerQuery',
    check: each(TYPE, ({ properties }) =>
      Number(at(properties, 'WorkGroupConfiguration', 'BytesScannedCutoffPerQuery')) > 0
        ? undefined
        : 'a query may cost any amount',
    ),
  },
];

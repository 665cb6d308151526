import { beforeAll, describe, expect, it } from '@jest/globals';
import { denialWithout, roleStatements, withoutStatement, type RoleStatement } from './removal.ts';
import { compiledStage, type Stage } from './stage.ts';

let stage: Stage;
let readCatalogues: RoleStatement;
beforeAll(async () => {
  stage = await compiledStage();
  readCatalogues = roleStatements(stage).find(
    ({ role, actions }) => role === 'plan' && actions.includes('s3:GetObject'),
  )!;
}, 600_000);

describe('a copy of the templates without a statement', () => {
  it('has all the others', () => {
    const { service, role, policy } = readCatalogues;
    const left = roleStatements(withoutStatement(stage, readCatalogues));
    const ofPolicy = (all: readonly RoleStatement[]) =>
      all.filter((each) => each.service === service && each.role === role && each.policy === policy);
    expect(ofPolicy(left)).toEqual(ofPolicy(roleStatements(stage)).slice(0, -1));
    expect(left).toHaveLength(roleStatements(stage).length - 1);
  });

  it('runs into the denial that AWS would give, which names role, action and resource', async () => {
    expect(await denialWithout(stage, readCatalogues)).toMatch(
      new RegExp(
        '^User: arn:aws:sts::111122223333:assumed-role/regulabel-local-plan/\\S+ is not authorized to perform: s3:GetObject ' +
          'on resource: arn:aws:s3:::regulabel-local-data-111122223333-eu-west-1/catalogue/\\w+\\.json ' +
          'because no identity-based policy allows the s3:GetObject action$',
      ),
    );
  }, 240_000);
});

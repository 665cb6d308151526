import { describe, expect, it } from '@jest/globals';
import { findingsOf, parseAcceptedFindings, readAcceptedFindings, refusedFindings } from './findings.ts';

const finding = (id: string, severity: string) => ({ id, severity, found: 'zlib1g 1.3' });

describe('findings of a scan', () => {
  it("are those of ECR's basic scan", () => {
    const attributes = [
      { key: 'package_name', value: 'zlib1g' },
      { key: 'package_version', value: '1.3' },
    ];
    expect(findingsOf({ findings: [{ name: 'CVE-1', severity: 'HIGH', attributes }] })).toEqual([
      finding('CVE-1', 'HIGH'),
    ]);
  });

  it('and those of the enhanced scan', () => {
    const details = { vulnerabilityId: 'CVE-1', vulnerablePackages: [{ name: 'zlib1g', version: '1.3' }] };
    const enhancedFindings = [
      { title: 'CVE-1 - zlib1g', severity: 'CRITICAL', packageVulnerabilityDetails: details },
      { title: 'a setting', severity: 'LOW' },
    ];
    expect(findingsOf({ enhancedFindings })).toEqual([
      finding('CVE-1', 'CRITICAL'),
      { id: 'a setting', severity: 'LOW', found: '' },
    ]);
  });
});

describe('an image is refused', () => {
  const today = '2026-11-28';

  it('for critical and high findings, and for no other', () => {
    const found = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED'].map((each) =>
      finding(each, each),
    );
    expect(refusedFindings(found, [], today).map(({ id }) => id)).toEqual(['CRITICAL', 'HIGH']);
  });

  it('unless each of them is accepted, up to a day and including it', () => {
    const accepted = parseAcceptedFindings(`
- { finding: CVE-1, reason: not in the part that we use, until: 2026-11-28 }
- { finding: CVE-2, reason: not in the part that we use, until: 2026-11-27 }`);
    const found = ['CVE-1', 'CVE-2', 'CVE-3'].map((id) => finding(id, 'HIGH'));
    expect(refusedFindings(found, accepted, today).map(({ id }) => id)).toEqual(['CVE-2', 'CVE-3']);
  });
});

describe('accepted findings', () => {
  it('are a list that can be read', async () => {
    expect(Array.isArray(await readAcceptedFindings())).toBe(true);
  });

  it.each([
    ['no reason', '- { finding: CVE-1, until: 2026-11-28 }', 'reason'],
    ['no day', '- { finding: CVE-1, reason: not in use here }', 'until'],
    ['a day that does not exist', '- { finding: CVE-1, reason: not in use here, until: 2026-02-30 }', 'until'],
    [
      'a severity of its own',
      '- { finding: C, reason: not in use here, until: 2026-02-03, severity: LOW }',
      'severity',
    ],
    ['no list', 'CVE-1', 'array'],
  ])('are refused with %s', (_, text, problem) => {
    expect(() => parseAcceptedFindings(text)).toThrow(problem);
    expect(() => parseAcceptedFindings(text)).toThrow('packages/jobs/accepted-findings.yml');
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribeImageScanFindingsCommandOutput } from '@aws-sdk/client-ecr';
import { parse } from 'yaml';
import * as z from 'zod';
import { JOBS } from './context.ts';

type ScanFindings = NonNullable<DescribeImageScanFindingsCommandOutput['imageScanFindings']>;

export interface Finding {
  /** `CVE-2026-12345` */
  readonly id: string;
  readonly severity: string;
  /** The package's name and version, as far as the scan says. */
  readonly found: string;
}

/** Findings that do not keep an image from use, each for a reason and until a day (inclusive): then somebody looks again. */
const acceptedFindings = z.array(
  z.strictObject({ finding: z.string().min(1), reason: z.string().min(10), until: z.iso.date() }),
);
export type AcceptedFindings = z.infer<typeof acceptedFindings>;

export async function readAcceptedFindings(): Promise<AcceptedFindings> {
  return parseAcceptedFindings(await readFile(join(JOBS, 'accepted-findings.yml'), 'utf8'));
}

/** Throws, with the entry and the field, for a file that is not such a list. */
export function parseAcceptedFindings(text: string): AcceptedFindings {
  const parsed = acceptedFindings.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`packages/jobs/accepted-findings.yml: ${z.prettifyError(parsed.error)}`);
}

/** What one page of ECR's answer found, by its basic or its enhanced scan. */
export function findingsOf({ findings = [], enhancedFindings = [] }: ScanFindings): Finding[] {
  return [
    ...findings.map(({ name = 'unnamed', severity = 'UNDEFINED', attributes = [] }) => {
      const attribute = (key: string) => attributes.find((each) => each.key === key)?.value ?? '';
      return { id: name, severity, found: `${attribute('package_name')} ${attribute('package_version')}`.trim() };
    }),
    ...enhancedFindings.map(({ title = 'unnamed', severity = 'UNDEFINED', packageVulnerabilityDetails: details }) => ({
      id: details?.vulnerabilityId ?? title,
      severity,
      found: (details?.vulnerablePackages ?? []).map(({ name = '', version = '' }) => `${name} ${version}`).join(', '),
    })),
  ];
}

/** The findings that keep an image from use on a day (`2026-11-28`): critical or high, and not accepted. */
export function refusedFindings(findings: readonly Finding[], accepted: AcceptedFindings, today: string): Finding[] {
  const passed = new Set(accepted.filter(({ until }) => until >= today).map(({ finding }) => finding));
  return findings.filter(({ id, severity }) => ['CRITICAL', 'HIGH'].includes(severity) && !passed.has(id));
}

import { AwsError, roleSession, servicePrincipal, type Caller, type Cloud } from '../aws.ts';
import type { Call } from '../access/access.ts';
import { authorize } from '../authorize.ts';

export type { Cloud };

/** A call that is asked about, not made. */
export interface AskedCall extends Call {
  /** The service through which the caller uses a key, e.g. `s3`. */
  readonly via?: string;
}

/**
 * Whether somebody, a role by its ARN or a service such as `events.amazonaws.com`, may make all of these calls: what the
 * cloud decides when they are made.
 */
export async function isAllowed(cloud: Cloud, who: string, calls: readonly AskedCall[]): Promise<boolean> {
  const caller = callerOf(who);
  try {
    for (const { via, ...call } of calls)
      await authorize(cloud, { caller: via === undefined ? caller : { ...caller, via }, ...call });
    return true;
  } catch (error) {
    if (error instanceof AwsError && DENIALS.has(error.code)) return false;
    throw error;
  }
}

const DENIALS = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'KmsAccessDenied']);

const callerOf = (who: string): Caller =>
  who.startsWith('arn:') ? roleSession(who, 'asked') : servicePrincipal(who.replace('.amazonaws.com', ''));

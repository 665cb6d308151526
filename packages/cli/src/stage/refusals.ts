import { operatorRoleArn, type Place } from '@regulabel/shared/names';
import { CommandError } from '../errors.ts';

/** Who wants to act as the operator of which stage. */
export interface Assumption {
  readonly place: Place;
  /** The caller's ARN. */
  readonly caller: string;
}

/** What the SDK calls it when nothing gives it credentials, or when a sign-in has run out before anything is sent. */
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;
/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/;
const UNKNOWN =
  /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
/** Node's words for a name that is not known, and for nobody who answers there. */
const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;

/** Why AWS does not say whose credentials these are; undefined for what has nothing to do with credentials. */
export function noIdentity(
  error: unknown,
  { stage, region }: Pick<Place, 'stage' | 'region'>,
): CommandError | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = error;
  const said = `${error.name}: ${brief(error)}`;
  if (EXPIRED.test(error.name) || (NO_CREDENTIALS.test(error.name) && /expired/i.test(error.message))) {
    return new CommandError(
      `the AWS credentials for stage ${stage} have expired: sign in again (\`aws sso login\`, or fresh AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN) (${said})`,
      { cause },
    );
  }
  if (NO_CREDENTIALS.test(error.name)) {
    return new CommandError(
      `there are no AWS credentials for stage ${stage}: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \`aws sso login\` (${brief(error)})`,
      { cause },
    );
  }
  if (UNKNOWN.test(error.name)) {
    return new CommandError(
      `AWS does not take these credentials in ${region}: \`aws sts get-caller-identity\` has to work with them first (${said})`,
      { cause },
    );
  }
  if ('code' in error && UNREACHABLE.test(String(error.code))) {
    return new CommandError(
      `AWS does not answer in ${region}: is there a network, and is AWS_ENDPOINT_URL, if it is set, right? (${brief(error)})`,
      { cause },
    );
  }
  return undefined;
}

/** Why the caller is not made the operator. To AWS a role that is missing and one that may not be assumed are the same. */
export function notAssumed(error: unknown, { place, caller }: Assumption): CommandError | undefined {
  if (!(error instanceof Error && error.name.startsWith('AccessDenied'))) return noIdentity(error, place);
  const { stage, account, region } = place;
  return new CommandError(
    `${operatorRoleArn(place)} cannot be assumed by ${caller}: either stage ${stage} is not deployed in account ${account}, ${region} ` +
      `(use credentials of the account that has it, or deploy services/ingest with \`--stage ${stage}\`), ` +
      `or the caller lacks sts:AssumeRole on that role (${brief(error)})`,
    { cause: error },
  );
}

const brief = ({ message }: Error): string => message.split('\n', 1)[0] ?? '';

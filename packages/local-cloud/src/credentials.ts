import { createHmac, randomBytes } from 'node:crypto';
import { roleSession, type Caller, type Credentials } from './aws.ts';
import type { Store } from './store.ts';

interface Session {
  readonly roleArn: string;
  readonly sessionName: string;
}

/**
 * The credentials of role sessions. They derive from one random secret per state folder, so that a process started
 * before a kill keeps valid ones. They do not expire.
 */
export class Sessions {
  readonly #secret: string;
  readonly #sessions;

  constructor(store: Store) {
    const secrets = store.collection<string>('credentials.secret');
    this.#secret = secrets.get('root') ?? randomBytes(32).toString('hex');
    secrets.put('root', this.#secret);
    this.#sessions = store.collection<Session>('credentials.session');
  }

  issue(roleArn: string, sessionName: string): Credentials {
    const credentials = this.#derive({ roleArn, sessionName });
    if (this.#sessions.get(credentials.accessKeyId) === undefined)
      this.#sessions.put(credentials.accessKeyId, { roleArn, sessionName });
    return credentials;
  }

  /** Whose key this is; undefined for a key that was never issued here. */
  find(accessKeyId: string): { caller: Caller; credentials: Credentials } | undefined {
    const session = this.#sessions.get(accessKeyId);
    if (session === undefined) return undefined;
    return { caller: roleSession(session.roleArn, session.sessionName), credentials: this.#derive(session) };
  }

  #derive(session: Session): Credentials {
    const part = (purpose: string): Buffer =>
      createHmac('sha256', this.#secret)
        .update(JSON.stringify([purpose, session.roleArn, session.sessionName]))
        .digest();
    return {
      accessKeyId: `ASIA${part('id').toString('hex').slice(0, 16).toUpperCase()}`,
      secretAccessKey: part('secret').toString('base64url').slice(0, 40),
      sessionToken: part('token').toString('base64'),
    };
  }
}

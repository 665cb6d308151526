import { sessionAt } from './session.ts';

/** A session whose clients a test answers for. */
export const exampleSession = sessionAt(
  { stage: 'dev', account: '111122223333', region: 'eu-west-1' },
  { region: 'eu-west-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' } },
);

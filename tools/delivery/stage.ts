import { createRequire } from 'node:module';

/** What packaging itself reads and checks; CommonJS, since the Serverless Framework loads it. */
const stages = createRequire(import.meta.url)('../../stages/stage.cjs') as {
  readonly readStage: (stage: string) => { readonly region: string };
};

/** The settings of a stage, from `stages/<stage>.yml`. Throws, naming the setting, when they could not be deployed. */
export const readStage = (stage: string): { readonly region: string } => stages.readStage(stage);

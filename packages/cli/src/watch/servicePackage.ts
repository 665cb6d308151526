import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import * as z from 'zod';
import { parseJson } from '@regulabel/contracts/parse';
import { packageFolder } from '../local/place.ts';
import { compiledTemplate, type CompiledTemplate } from './templates.ts';

/** Serverless's record of a service: here, how its handlers are bundled. */
const state = z.object({
  service: z.object({
    custom: z.object({
      esbuild: z.looseObject({ outputFileExtension: z.string(), exclude: z.array(z.string()) }),
    }),
  }),
});
export type BundleOptions = z.infer<typeof state>['service']['custom']['esbuild'];

const lambda = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  Code: z.object({ S3Key: z.string() }),
});

export interface ServiceFunction {
  readonly name: string;
  /** Path of its module in the package and, relative to the service, in the sources; both without extension. */
  readonly module: string;
  /** What is deployed of the module. */
  readonly code: Buffer;
}

/** What `serverless package` made of a service. */
export interface ServicePackage {
  readonly template: CompiledTemplate;
  readonly bundling: BundleOptions;
  readonly functions: readonly ServiceFunction[];
}

export async function readTemplate(service: string): Promise<CompiledTemplate> {
  const file = join(packageFolder(service), 'cloudformation-template-update-stack.json');
  return parseJson(compiledTemplate, await readFile(file, 'utf8'), file);
}

export async function readServicePackage(service: string): Promise<ServicePackage> {
  const template = await readTemplate(service);
  const record = join(packageFolder(service), 'serverless-state.json');
  const bundling = parseJson(state, await readFile(record, 'utf8'), record).service.custom.esbuild;
  const functions = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(async ({ Properties }): Promise<ServiceFunction> => {
      const { FunctionName: name, Handler, Code } = lambda.parse(Properties);
      const module = Handler.replace(/\.[^.]+$/, '');
      const file = module + bundling.outputFileExtension;
      const zip = await readFile(join(packageFolder(service), Code.S3Key.split('/').at(-1) ?? ''));
      const code = unzipSync(zip, { filter: (entry) => entry.name === file })[file];
      return { name, module, code: Buffer.from(code ?? []) };
    });
  return { template, bundling, functions: await Promise.all(functions) };
}

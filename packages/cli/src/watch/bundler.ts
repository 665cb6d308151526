import { join } from 'node:path';
import { context, formatMessages, type BuildContext, type BuildFailure, type OutputFile } from 'esbuild';
import { zipSync } from 'fflate';
import { CommandError } from '../errors.ts';
import { REPOSITORY } from '../local/place.ts';
import type { BundleOptions, ServiceFunction } from './servicePackage.ts';

/** A function whose code is another one now. */
export interface Rebuilt {
  readonly name: string;
  readonly zip: Uint8Array;
  /** It is deployed: from now on only other code counts as a change. */
  readonly deployed: () => void;
}

/**
 * Bundles a service's handlers as `serverless package` does, to the byte, and keeps what esbuild has read: a second
 * bundling takes a fraction of the first.
 */
export class Bundler {
  readonly #service: string;
  readonly #options: BundleOptions;
  readonly #functions: readonly ServiceFunction[];
  readonly #deployed: Map<string, Buffer>;
  #context: BuildContext<{ write: false }> | undefined;

  constructor(service: string, options: BundleOptions, functions: readonly ServiceFunction[]) {
    this.#service = service;
    this.#options = options;
    this.#functions = functions;
    this.#deployed = new Map(functions.map(({ name, code }) => [name, code]));
  }

  /** The functions with other code than is deployed. Throws `CommandError` with esbuild's words when one does not build. */
  async rebuild(): Promise<Rebuilt[]> {
    const files = await this.#build();
    const built = (file: string): Buffer =>
      Buffer.from(files.find(({ path }) => path === join(this.#folder, file))?.contents ?? []);
    return this.#functions.flatMap(({ name, module }) => {
      const file = module + this.#options.outputFileExtension;
      const code = built(file);
      if (this.#deployed.get(name)?.equals(code)) return [];
      // Not compressed: it only goes to this machine.
      const zip = zipSync({ [file]: code, [`${file}.map`]: built(`${file}.map`) }, { level: 0 });
      return [{ name, zip, deployed: () => void this.#deployed.set(name, code) }];
    });
  }

  async close(): Promise<void> {
    await this.#context?.dispose();
  }

  get #folder(): string {
    return join(REPOSITORY, 'services', this.#service);
  }

  async #build(): Promise<OutputFile[]> {
    const { outputFileExtension, exclude, ...options } = this.#options;
    try {
      this.#context ??= await context({
        ...options,
        external: exclude,
        outExtension: { '.js': outputFileExtension },
        absWorkingDir: this.#folder,
        entryPoints: this.#functions.map(({ module }) => `${module}.ts`),
        outbase: '.',
        outdir: '.',
        write: false,
        logLevel: 'silent',
      });
      return (await this.#context.rebuild()).outputFiles;
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      const messages = await formatMessages(error.errors, { kind: 'error', color: false });
      throw new CommandError(`services/${this.#service} does not build:\n${messages.join('').trim()}`, {
        cause: error,
      });
    }
  }
}

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error;

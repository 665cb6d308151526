/** What changed sources ask for. */
export interface Needs {
  /** Services whose handlers have to be bundled again. */
  readonly handlers: ReadonlySet<string>;
  /** Services whose templates have to be compiled again. */
  readonly templates: ReadonlySet<string>;
  /** Whether the job container's bundle has to be made again. */
  readonly jobs: boolean;
  /** Services whose example events have changed. */
  readonly examples: ReadonlySet<string>;
}

/** `paths` are relative to the repository; those of services that are not among `services` ask for nothing. */
export function needsOf(paths: readonly string[], services: readonly string[]): Needs {
  const sources = paths.filter(isSource);
  const shared = sources.some((path) => /^packages\/(contracts|shared)\/src\//.test(path));
  const having = (files: readonly string[], pattern: RegExp): Set<string> => {
    const below = files.flatMap((path) => {
      const [, service, file = ''] = /^services\/([^/]+)\/(.+)$/.exec(path) ?? [];
      return service !== undefined && pattern.test(file) ? [service] : [];
    });
    return new Set(below.filter((service) => services.includes(service)));
  };
  return {
    handlers: shared ? new Set(services) : having(sources, /^src\//),
    templates: having(paths, /^(resources\/)?[^/]+\.(yml|cjs)$/),
    jobs: shared || sources.some((path) => path.startsWith('packages/jobs/src/')),
    examples: having(paths, /^examples\//),
  };
}

/** Whether there is anything to do. */
export const asksForSomething = ({ handlers, templates, jobs, examples }: Needs): boolean =>
  jobs || handlers.size + templates.size + examples.size > 0;

/** Editors leave files of their own beside what they edit, and tests are not bundled. */
const isSource = (path: string): boolean => path.endsWith('.ts') && !/\.(test|fixture|d)\.ts$/.test(path);

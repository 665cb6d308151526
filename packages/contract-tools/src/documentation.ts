import { basename, join } from 'node:path';
import ts from 'typescript';
import { ContractFault } from './contractFault.ts';
import { ROOT } from './repository.ts';

/** Who may see a value: `public`: anyone; `internal`: everybody in the company; `confidential`: whoever needs it for their work. */
export type Classification = 'public' | 'internal' | 'confidential';

export interface Documented {
  readonly description: string;
  readonly classification: Classification;
}

/** What a contract's comments say: of the whole, and of each field by its path (`data.lines[].country`, `countries.*`). */
export interface Documentation extends Documented {
  readonly fields: ReadonlyMap<string, Documented>;
}

/** How the path of a field goes on below an array, a map, and one of several shapes: what {@link Documentation} is read by. */
export const IN_ARRAY = '[]';
export const IN_MAP = '.*';
export const inShape = (name: string): string => `<${name}>`;

/**
 * Reads the comments of the contracts, by their modules in `folder`. Comments are where descriptions belong: beside the field for
 * whoever reads the source, and in nobody's bundle. A field without a comment has that of the value that it is made from
 * (`country`, `hash`). Throws `ContractFault` with the path of a field that has none.
 */
export function readDocumentation(folder: string, modules: readonly string[]): ReadonlyMap<string, Documentation> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const fileOf = (module: string): string => join(folder, `${module}.ts`);
  const program = ts.createProgram(modules.map(fileOf), { ...options, types: [] });
  return new Map(modules.map((module) => [module, new Reader(program, fileOf(module)).read()]));
}

/** What is said of the contract of `module`. */
export function documentationOf(module: string, documentation: ReadonlyMap<string, Documentation>): Documentation {
  const found = documentation.get(module);
  if (found === undefined) throw new TypeError(`${module} has no documentation`);
  return found;
}

/** Reads one module's main export: the one that it is named after. */
class Reader {
  readonly #checker: ts.TypeChecker;
  readonly #file: string;
  readonly #main: ts.Symbol;
  readonly #fields = new Map<string, Documented>();

  constructor(program: ts.Program, file: string) {
    this.#checker = program.getTypeChecker();
    this.#file = basename(file);
    const source = program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    const name = this.#file.replace(/\.v\d+\.ts$/, '');
    const main = module && this.#checker.getExportsOfModule(module).find((each) => each.name === name);
    if (main === undefined) throw new ContractFault(`${file} does not export ${name}`);
    this.#main = main;
  }

  read(): Documentation {
    const description = this.#descriptionOf(this.#main);
    const classification = this.#classificationOf(this.#main);
    if (description === undefined || classification === undefined) {
      throw new ContractFault(`${this.#file}: ${this.#main.name} has no comment with a @classification`);
    }
    const type = this.#checker.getTypeOfSymbol(this.#main);
    const detail = type.getProperty('detail');
    const schema = detail ? this.#checker.getTypeOfSymbol(detail) : type;
    this.#readFields(this.#typeAt(schema, '_zod', 'output'), '', classification);
    return { description, classification, fields: this.#fields };
  }

  #readFields(optional: ts.Type, path: string, inherited: Classification): void {
    const type = this.#checker.getNonNullableType(optional);
    const inArray = this.#checker.isArrayType(type) && this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    const inMap = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (inArray) this.#readFields(inArray, path + IN_ARRAY, inherited);
    else if (inMap) this.#readFields(inMap, path + IN_MAP, inherited);
    else if (type.isUnion()) {
      for (const shape of type.types.filter(isObject)) {
        this.#readFields(shape, path + inShape(this.#nameOf(shape)), inherited);
      }
    } else if (isObject(type)) {
      for (const field of type.getProperties()) {
        const here = path === '' ? field.name : `${path}.${field.name}`;
        const documented = this.#documented(field, here, inherited);
        this.#fields.set(here, documented);
        this.#readFields(this.#checker.getTypeOfSymbol(field), here, documented.classification);
      }
    }
  }

  #documented(field: ts.Symbol, path: string, inherited: Classification): Documented {
    const value = this.#valueOf(field);
    const description = this.#descriptionOf(field) ?? (value && this.#descriptionOf(value));
    if (description === undefined)
      throw new ContractFault(`${this.#file}: the field ${path} has no description: a comment on the lines above it`);
    const classification = this.#classificationOf(field) ?? (value && this.#classificationOf(value)) ?? inherited;
    return { description, classification };
  }

  /** The named value that a field is made from: `hash` of `{ hash }`, of `{ testHash: hash }` and of `{ last: hash.optional() }`. */
  #valueOf(field: ts.Symbol): ts.Symbol | undefined {
    const declaration = field.declarations?.[0];
    if (declaration && ts.isShorthandPropertyAssignment(declaration)) {
      return this.#declared(this.#checker.getShorthandAssignmentValueSymbol(declaration));
    }
    if (!declaration || !ts.isPropertyAssignment(declaration)) return undefined;
    let made: ts.Expression = declaration.initializer;
    while (ts.isCallExpression(made) || ts.isPropertyAccessExpression(made)) made = made.expression;
    return this.#declared(this.#checker.getSymbolAtLocation(made));
  }

  #declared(symbol: ts.Symbol | undefined): ts.Symbol | undefined {
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #descriptionOf(symbol: ts.Symbol): string | undefined {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    return text === '' ? undefined : text.replace(/\s*\n\s*/g, ' ');
  }

  #classificationOf(symbol: ts.Symbol): Classification | undefined {
    const tag = symbol.getJsDocTags(this.#checker).find(({ name }) => name === 'classification');
    if (tag === undefined) return undefined;
    const text = ts.displayPartsToString(tag.text);
    if (text === 'public' || text === 'internal' || text === 'confidential') return text;
    throw new ContractFault(
      `${this.#file}: @classification ${text} of ${symbol.name} is none of public, internal, confidential`,
    );
  }

  #typeAt(type: ts.Type, ...path: readonly string[]): ts.Type {
    return path.reduce((inner, name) => {
      const property = inner.getProperty(name);
      if (property === undefined) throw new ContractFault(`${this.#file}: ${this.#main.name} is not a zod schema`);
      return this.#checker.getTypeOfSymbol(property);
    }, type);
  }

  /** What tells a shape from the others: the value of its literal field. */
  #nameOf(shape: ts.Type): string {
    const types = shape.getProperties().map((field) => this.#checker.getTypeOfSymbol(field));
    const literal = types.find((type) => type.isStringLiteral());
    if (literal === undefined)
      throw new ContractFault(`${this.#file}: a shape has no field that tells it from the others`);
    return literal.value;
  }
}

const isObject = (type: ts.Type): boolean => (type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection();

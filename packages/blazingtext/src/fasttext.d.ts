/** What we use of fastText's bindings. The package's own types do not resolve in ESM, and leave most of it `any`. */
declare module 'fasttext.wasm.js' {
  export interface FastTextModule {
    readonly FS: {
      writeFile(path: string, data: Uint8Array): void;
      readFile(path: string): Uint8Array;
      unlink(path: string): void;
    };
    readonly FastText: new () => FastText;
    readonly Args: new () => Record<string, unknown>;
    readonly ModelName: { readonly supervised: unknown };
    readonly LossName: { readonly softmax: unknown };
  }

  export interface FastText {
    /** `onProgress` is called whatever `verbose` is: without it training crashes. */
    train(args: Record<string, unknown>, onProgress: () => void): void;
    saveModel(path: string): void;
    loadModel(path: string): void;
    test(path: string, k: number, threshold: number): Meter;
    predict(text: string, k: number, threshold: number): Vector;
  }

  /** Lies in the engine's memory until it is deleted. */
  export interface Meter {
    readonly precision: number;
    nexamples(): number;
    delete(): void;
  }

  /** Lies in the engine's memory until it is deleted. */
  export interface Vector {
    size(): number;
    get(at: number): [probability: number, label: string];
    delete(): void;
  }

  export function getFastTextModule(): Promise<FastTextModule>;
}

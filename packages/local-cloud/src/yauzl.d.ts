/** The part of yauzl 3 that is used here; the package ships no types. */
declare module 'yauzl' {
  export interface ZipFile {
    /** Names are relative and without `..`: an archive that holds any other name is refused. */
    eachEntry(): AsyncIterable<{ readonly fileName: string }>;
    openReadStreamPromise(entry: { readonly fileName: string }): Promise<NodeJS.ReadableStream>;
  }
  export function fromBufferPromise(archive: Buffer): Promise<ZipFile>;
}

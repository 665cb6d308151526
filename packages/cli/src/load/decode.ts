import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { CommandError } from '../errors.ts';

/** `latin1` is windows-1252, as everywhere on the web: Latin-1 with printable characters in place of control codes. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'latin1'] as const;
export type Encoding = (typeof ENCODINGS)[number];

interface Codec {
  readonly mark: Buffer;
  /** Bytes at the end that belong to a character whose other bytes are still to come. */
  unfinished(bytes: Buffer): number;
  /** Bytes of a text in this encoding. */
  length(text: string): number;
}

const utf16 = (mark: readonly number[], unitAt: (bytes: Buffer, at: number) => number): Codec => ({
  mark: Buffer.from(mark),
  unfinished: (bytes) => {
    const odd = bytes.length % 2;
    const last = bytes.length - odd - 2;
    const isHighSurrogate = last >= 0 && (unitAt(bytes, last) & 0xfc00) === 0xd800;
    return odd + (isHighSurrogate ? 2 : 0);
  },
  length: (text) => text.length * 2,
});

const CODECS: Readonly<Record<Encoding, Codec>> = {
  'utf-8': {
    mark: Buffer.from([0xef, 0xbb, 0xbf]),
    unfinished: unfinishedUtf8,
    length: (text) => Buffer.byteLength(text),
  },
  'utf-16le': utf16([0xff, 0xfe], (bytes, at) => bytes.readUInt16LE(at)),
  'utf-16be': utf16([0xfe, 0xff], (bytes, at) => bytes.readUInt16BE(at)),
  latin1: { mark: Buffer.alloc(0), unfinished: () => 0, length: (text) => text.length },
};

const CHUNK_BYTES = 256 * 1024;

/**
 * A file's text, piece by piece, without its byte order mark. The mark says the encoding; `declared` is for files without
 * one. Throws `CommandError` with the place of the first byte that is no such text.
 */
export async function* decodedText(file: string, declared: Encoding): AsyncGenerator<string> {
  let encoding = declared;
  let rest: Buffer = Buffer.alloc(0);
  const done = { bytes: 0, lines: 1 };
  const decode = (bytes: Buffer): string => {
    try {
      const text = decoderOf(encoding).decode(bytes);
      done.bytes += bytes.length;
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) done.lines += 1;
      return text;
    } catch (error) {
      const good = longestGoodPrefix(bytes, encoding);
      const at = CODECS[encoding].length(good);
      throw wrongEncoding(file, encoding, {
        byte: done.bytes + at,
        line: done.lines + good.split('\n').length - 1,
        value: bytes[at],
        cause: error,
      });
    }
  };
  let begun = false;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (!begun) {
      begun = true;
      encoding = ENCODINGS.find((each) => startsWith(bytes, CODECS[each].mark)) ?? declared;
      done.bytes = startsWith(bytes, CODECS[encoding].mark) ? CODECS[encoding].mark.length : 0;
      bytes = bytes.subarray(done.bytes);
    }
    const end = bytes.length - CODECS[encoding].unfinished(bytes);
    rest = bytes.subarray(end);
    yield decode(bytes.subarray(0, end));
  }
  if (rest.length > 0) yield decode(rest);
}

const startsWith = (bytes: Buffer, mark: Buffer): boolean =>
  mark.length > 0 && bytes.subarray(0, mark.length).equals(mark);

// What looks like a mark in the middle of a file is a character of it: only the first one is ours to drop.
const decoderOf = (encoding: Encoding): TextDecoder => new TextDecoder(encoding, { fatal: true, ignoreBOM: true });

/** What can be decoded before the first wrong byte. A prefix is good as long as all shorter ones are. */
function longestGoodPrefix(bytes: Buffer, encoding: Encoding): string {
  const decode = (length: number): string | undefined => {
    try {
      return decoderOf(encoding).decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return undefined;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decode(middle) === undefined) bad = middle;
    else good = middle;
  }
  return decode(good) ?? '';
}

function unfinishedUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function wrongEncoding(
  file: string,
  encoding: Encoding,
  place: { byte: number; line: number; value: number | undefined; cause: unknown },
): CommandError {
  const value = (place.value ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const others = ENCODINGS.filter((each) => each !== encoding && each !== 'utf-8').reverse();
  return new CommandError(
    `${file} is not ${encoding.toUpperCase()}: byte ${place.byte + 1} (0x${value}, in line ${place.line}) does not belong there; say what it is with --encoding (${others.join(', ')})`,
    { cause: place.cause },
  );
}

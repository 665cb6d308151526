import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parseJson } from '@regulabel/contracts/parse';
import type * as z from 'zod';
import { rollback, type Rollback } from './core/corrections.ts';
import { figures, type Figures } from './core/figures.ts';
import { markdown } from './core/markdown.ts';
import { monthAfter } from './core/months.ts';
import { monthReport, type MonthReport } from './core/report.ts';

const FIGURES = 'figures/';
const ROLLBACKS = 'rollbacks/';

/** The forms in which a month's report is kept, by what its key ends with. */
const FORMS = {
  '.json': { contentType: 'application/json', text: (report: MonthReport) => `${JSON.stringify(report, null, 2)}\n` },
  '.md': { contentType: 'text/markdown; charset=utf-8', text: markdown },
} as const;
type Form = keyof typeof FORMS;
const forms = Object.keys(FORMS) as Form[];

/** How often a report is derived anew because another invocation has written it meanwhile. */
const ATTEMPTS = 5;

/** Others wrote the report all the time; the queue brings the message again. */
export class ReportContended extends Error {
  override readonly name = 'ReportContended';
}

/**
 * The bucket. What was learned is written once and never changed: `figures/<month>/<run>/<revision>.json` and
 * `rollbacks/<event id>.json`. What people read, `reports/<month>.json` and `.md`, is derived from that; the bucket keeps its
 * former versions.
 */
export class ReportStore {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** Whether the figures of this revision of the run, or of a later one, are known. */
  async knows({ month, runId, revision }: Pick<Figures, 'runId' | 'revision'> & { month: string }): Promise<boolean> {
    const known = await this.#keys(`${FIGURES}${month}/${runId}/`);
    return known.some((key) => Number(/(\d+)\.json$/.exec(key)?.[1]) >= revision);
  }

  async addFigures(added: Figures): Promise<void> {
    await this.#writeOnce(`${FIGURES}${added.month}/${added.runId}/${added.revision}.json`, added);
  }

  async addRollback(added: Rollback): Promise<void> {
    await this.#writeOnce(`${ROLLBACKS}${added.id}.json`, added);
  }

  /** The months that anything is known of. */
  async months(): Promise<string[]> {
    const months = (await this.#keys(FIGURES)).map((key) => key.split('/')[1] ?? '');
    return [...new Set(months)].sort();
  }

  /**
   * Brings a month's report to what is known now; writes nothing when it says that already, or nothing is known of the month.
   * What is known is listed after the report's present version was looked at, and the report is replaced only if it is that
   * version still: of two invocations, the one that writes last knows what both have added.
   */
  async refresh(month: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const present = await Promise.all(forms.map((form) => this.#present(reportKey(month, form))));
      const report = monthReport(await this.#known(month));
      if (report === undefined) return;
      const written = await Promise.all(
        forms.map((form, index) => this.#replace(reportKey(month, form), FORMS[form], report, present[index])),
      );
      if (written.every(Boolean)) return;
    }
    throw new ReportContended(`the report on ${month} was written by others ${ATTEMPTS} times in a row`);
  }

  async #known(month: string) {
    const [ofMonth, ofLastMonth, rollbacks] = await Promise.all([
      this.#readAll(`${FIGURES}${month}/`, figures),
      this.#readAll(`${FIGURES}${monthAfter(month, -1)}/`, figures),
      this.#readAll(ROLLBACKS, rollback),
    ]);
    return { figures: ofMonth, figuresOfLastMonth: ofLastMonth, rollbacks };
  }

  async #readAll<Schema extends z.ZodType>(prefix: string, schema: Schema): Promise<z.infer<Schema>[]> {
    const keys = await this.#keys(prefix);
    return Promise.all(keys.map(async (key) => parseJson(schema, (await this.#get(key)).text, key)));
  }

  async #keys(Prefix: string): Promise<string[]> {
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix, ContinuationToken }));
      found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  }

  async #get(Key: string): Promise<{ text: string; etag: string | undefined }> {
    const { Body, ETag } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key }));
    return { text: (await Body?.transformToString()) ?? '', etag: ETag };
  }

  async #present(key: string): Promise<{ text: string; etag: string | undefined } | undefined> {
    try {
      return await this.#get(key);
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  /** Answers `false` when another invocation was faster. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
  async #replace(
    Key: string,
    { contentType: ContentType, text }: (typeof FORMS)[Form],
    report: MonthReport,
    present: { text: string; etag: string | undefined } | undefined,
  ): Promise<boolean> {
    const Body = text(report);
    if (present?.text === Body) return true;
    const condition = present === undefined ? { IfNoneMatch: '*' } : { IfMatch: present.etag };
    return this.#put({ Key, Body, ContentType, ...condition });
  }

  /** What is there already says the same: keys name what they are about, and that does not change. */
  async #writeOnce(Key: string, value: object): Promise<void> {
    await this.#put({ Key, Body: JSON.stringify(value), ContentType: 'application/json', IfNoneMatch: '*' });
  }

  async #put(object: {
    Key: string;
    Body: string;
    ContentType: string;
    IfMatch?: string | undefined;
    IfNoneMatch?: string;
  }) {
    try {
      await this.#s3.send(new PutObjectCommand({ Bucket: this.#bucket, ...object }));
      return true;
    } catch (error) {
      if (isNamed(error, 'PreconditionFailed')) return false;
      throw error;
    }
  }
}

const reportKey = (month: string, form: Form): string => `reports/${month}${form}`;

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

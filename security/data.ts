/** Every kind of data there is, by the key that it lies under. */
import { LOCAL } from '@regulabel/cli/local/place';
import {
  catalogueKey,
  classificationReportKey,
  datasetManifestKey,
  modelsPrefix,
  partitionPrefix,
  predictionsPrefix,
  preparedPrefix,
  scoresPrefix,
  scoresUri,
  summaryPrefix,
  summaryUri,
  trainingReportKey,
  unloadPrefix,
  workPrefix,
} from '@regulabel/shared/keys';
import {
  dataBucket,
  modelsBucket,
  predictionsBucket,
  registryBucket,
  runsTable,
  winnersTable,
} from '@regulabel/shared/names';

/** An example of a kind: what may be done with one may be done with all. */
export type Kind =
  { readonly bucket: string; readonly key: string } | { readonly table: string; readonly indexes: readonly string[] };

const RUN = 'training-2026-01';
const MONTH = '2026-01';
const LINE = { runId: RUN, country: 'DE', scheme: 'weee' };
/** Jobs write below a folder of their own name. */
const JOB = 'local-job-0-0/';

const object = (bucket: string, key: string): Kind => ({ bucket, key });
const data = (key: string): Kind => object(dataBucket(LOCAL), key);
const unload = (purpose: 'training' | 'inference'): string => unloadPrefix(purpose, RUN, '0-0');
const rows = (purpose: 'training' | 'inference'): Kind =>
  data(`${partitionPrefix(unload(purpose), 'DE')}0000_part_00.parquet`);
const prepared = (output: string): Kind =>
  object(modelsBucket(LOCAL), `${preparedPrefix(LINE)}${JOB}${output}/part-0000`);
const predictions = (key: string): Kind => object(predictionsBucket(LOCAL), key);
const registry = (key: string): Kind => object(registryBucket(LOCAL), key);
const table = (name: string, ...indexes: string[]): Kind => ({ table: name, indexes });

/** Of each key, by its alias without `alias/regulabel-<stage>-`. */
export const DATA = {
  raw: {
    'training rows': rows('training'),
    'training manifest': data(`${unload('training')}manifest`),
    'inference rows': rows('inference'),
    'inference manifest': data(`${unload('inference')}manifest`),
  },
  control: {
    'training datasets': data(datasetManifestKey('training', RUN, 'DE')),
    'inference datasets': data(datasetManifestKey('inference', RUN, 'DE')),
    catalogues: data(catalogueKey('8123d0ef56d824c4')),
    runs: table(runsTable(LOCAL), 'byPurpose'),
  },
  training: {
    train: prepared('train'),
    validation: prepared('validation'),
    test: prepared('test'),
    labels: prepared('labels'),
    report: prepared('report'),
    models: object(modelsBucket(LOCAL), `${modelsPrefix(LINE)}${JOB}output/model.tar.gz`),
  },
  work: {
    evaluation: predictions(`${workPrefix('evaluation', LINE)}${JOB}records/part-0000.jsonl`),
    production: predictions(`${workPrefix('production', LINE)}${JOB}records/part-0000.jsonl`),
  },
  predictions: {
    production: predictions(`${predictionsPrefix('production', MONTH, LINE)}${JOB}part-0000.parquet`),
    evaluation: predictions(`${predictionsPrefix('evaluation', MONTH, LINE)}${JOB}part-0000.parquet`),
    'production summaries': predictions(summaryUri(`${summaryPrefix('production', LINE)}${JOB}`)),
    'evaluation summaries': predictions(summaryUri(`${summaryPrefix('evaluation', LINE)}${JOB}`)),
    reports: predictions(classificationReportKey(MONTH, RUN, 1)),
  },
  registry: {
    winners: table(winnersTable(LOCAL)),
    scores: registry(scoresUri(`${scoresPrefix(LINE)}${JOB}`)),
    reports: registry(trainingReportKey(RUN, 1)),
  },
} as const satisfies Record<string, Record<string, Kind>>;

export type DataKey = keyof typeof DATA;
export const DATA_KEYS = Object.keys(DATA) as DataKey[];

/** `raw/training rows` */
export type Cell = { [K in DataKey]: `${K}/${keyof (typeof DATA)[K] & string}` }[DataKey];

export const CELLS: readonly { readonly cell: Cell; readonly under: DataKey; readonly kind: Kind }[] =
  DATA_KEYS.flatMap((under) =>
    Object.entries(DATA[under] as Record<string, Kind>).map(([name, kind]) => ({
      cell: `${under}/${name}` as Cell,
      under,
      kind,
    })),
  );

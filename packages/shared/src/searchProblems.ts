import { inValue, type CatalogueProblem, type Path } from './catalogueProblem.ts';
import type { Algorithm } from '@regulabel/contracts/ingest/catalogue.v1';

type Range = Algorithm['ranges'][string];

/** What SageMaker's tuning would refuse of a line's search. */
export function searchProblems({ static: fixed, ranges }: Algorithm, trials: number, path: Path): CatalogueProblem[] {
  const problems = Object.entries(ranges).flatMap(([parameter, range]) =>
    [...(parameter in fixed ? [`${parameter} is both static and a range`] : []), ...rangeProblems(range)].map(
      (message) => inValue([...path, 'ranges', parameter], message),
    ),
  );
  // SageMaker refuses a tuning job with more trials than its ranges have combinations.
  // https://github.com/aws/amazon-sagemaker-operator-for-k8s/issues/123
  const combinations = Object.values(ranges).reduce((product, range) => product * valuesOf(range), 1);
  if (Object.keys(ranges).length === 0) {
    problems.push(inValue([...path, 'ranges'], 'there is no range to search; a tuning job needs one'));
  } else if (combinations < trials) {
    const message = `the ranges have ${combinations} combinations, fewer than the ${trials} trials asked for`;
    problems.push(inValue([...path, 'ranges'], message));
  }
  return problems;
}

function rangeProblems(range: Range): string[] {
  if (range.type === 'categorical') {
    return new Set(range.values).size < range.values.length ? ['it has a value twice'] : [];
  }
  return [
    // SageMaker takes no range of a single value: https://github.com/aws/amazon-sagemaker-feedback/issues/195
    ...(range.min >= range.max ? [`it has to end (${range.max}) above its beginning (${range.min})`] : []),
    ...(range.scale === 'Logarithmic' && range.min <= 0 ? ['it is logarithmic, so it has to begin above 0'] : []),
  ];
}

function valuesOf(range: Range): number {
  if (range.type === 'categorical') return range.values.length;
  return range.type === 'integer' ? Math.max(0, range.max - range.min + 1) : Infinity;
}

import type { EventOf } from '@regulabel/contracts/event';
import type { winnerRolledBack } from '@regulabel/contracts/evaluation/winnerRolledBack.v1';
import { country, instant, name, scheme } from '@regulabel/contracts/values';
import * as z from 'zod';
import type { Figures } from './figures.ts';
import type { Standing } from './standing.ts';

/** What is kept of a rollback: not who made it, which no report needs. */
export const rollback = z.object({
  /** The event's own id. */
  id: name,
  time: instant,
  country,
  scheme,
  /** The model that was taken back. */
  model: name,
  reason: name,
});
export type Rollback = z.infer<typeof rollback>;

export function rollbackOf({ detail }: EventOf<typeof winnerRolledBack>): Rollback {
  const { from, reason, ...line } = detail.data;
  const { id, time } = detail.metadata;
  return { id, time, country: line.country, scheme: line.scheme, model: from.model, reason };
}

/** What a rollback means for a month. */
export interface Correction extends Omit<Rollback, 'id'> {
  /** `needed`: the month's figures are that model's work. `made`: a later run has labelled the line again without it. */
  readonly state: 'needed' | 'made';
}

/** The corrections of a month that rollbacks ask for, in the order of their time. */
export function corrections({ figures, superseded }: Standing, rollbacks: readonly Rollback[]): Correction[] {
  return [...rollbacks]
    .sort((one, other) => Date.parse(one.time) - Date.parse(other.time) || (one.id < other.id ? -1 : 1))
    .flatMap(({ time, country, scheme, model, reason }): Correction[] => {
      const rolledBack = { time, country, scheme, model, reason };
      if (isWorkOf(figures, rolledBack)) return [{ ...rolledBack, state: 'needed' }];
      return superseded.some((each) => isWorkOf(each, rolledBack)) ? [{ ...rolledBack, state: 'made' }] : [];
    });
}

/** A run that began after the rollback and has the model still was meant to: it had become the winner again. */
const isWorkOf = (figures: Figures, { country, scheme, model, time }: Omit<Rollback, 'id'>): boolean =>
  Date.parse(figures.startedAt) < Date.parse(time) &&
  figures.lines.some((line) => line.country === country && line.scheme === scheme && line.models.includes(model));

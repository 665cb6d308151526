import { z } from 'zod';
import { paging } from '../paging.ts';

/** EventBridge reads its lists in pages of this kind. */
export const inPages = paging({ size: 'Limit', token: 'NextToken', most: 100 });

export const nameOf = (max: number) =>
  z
    .string()
    .max(max)
    .regex(
      /^[.\-_A-Za-z0-9]+$/,
      'failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+',
    );

export const Description = z.string().max(512).optional();
export const NamePrefix = z.string().optional();

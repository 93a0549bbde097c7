// Paging by cursor: lists that change while they are read neither skip nor repeat.
import { z } from 'zod';

export const PageQuery = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** A page of `item`; `next_cursor` is null on the last page; `total` counts all that fit the filter. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable(), total: z.number().int() });

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total: number;
}

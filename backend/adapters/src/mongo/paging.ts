// Pages by key: the cursor holds the place after the last item, so that a list that grows neither skips nor repeats.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '@verity/domain/kernel/page-request';
import { op, type Document, type Filter, type Store } from './store';

export type { PageRequest };

/** By `field`, and by id among equals. */
export interface Order<D> {
  field: keyof D & string;
  direction: 1 | -1;
  /** The field may be null, and the direction is down: those without a value come last. */
  nullable?: true;
}

const Place = z.tuple([
  z.string(),
  z.union([z.number(), z.string().max(300), z.strictObject({ date: z.iso.datetime() }), z.null()]),
  z.union([z.number(), z.string().max(100)]),
]);

export async function pageOf<D extends Document>(
  store: Store<D>,
  filter: Filter,
  order: Order<D>,
  request: PageRequest,
): Promise<Page<D>> {
  const after = request.cursor === undefined ? {} : beyond(order, request.cursor);
  const sort = { [order.field]: order.direction, _id: order.direction };
  const [found, total] = await Promise.all([
    store.many({ $and: [filter, after] }, sort, request.limit + 1),
    store.count(filter),
  ]);
  const items = found.slice(0, request.limit);
  const last = items.at(-1);
  const more = found.length > items.length && last !== undefined;
  return { items, next_cursor: more ? placeOf(order, last) : null, total };
}

/** The same page with its items in another form. */
export const mapPage = <D, T>(page: Page<D>, each: (item: D) => T): Page<T> => ({
  ...page,
  items: page.items.map(each),
});

function placeOf<D extends Document>({ field }: Order<D>, item: D): string {
  const value = item[field];
  const place = [field, value instanceof Date ? { date: value.toISOString() } : value, item._id];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function beyond<D>({ field, direction, nullable }: Order<D>, cursor: string): Filter {
  const [, given, id] = readPlace(field, cursor);
  const value = given !== null && typeof given === 'object' ? new Date(given.date) : given;
  const past = direction === 1 ? '$gt' : '$lt';
  const behindEqual = { [field]: value, _id: op({ [past]: id }) };
  if (value === null) return behindEqual;
  // A comparison finds values of its own type alone.
  const without = nullable ? [{ [field]: null }] : [];
  return { $or: [{ [field]: op({ [past]: value }) }, behindEqual, ...without] };
}

function readPlace(field: string, cursor: string): z.infer<typeof Place> {
  try {
    const place = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (place[0] === field) return place;
  } catch (cause) {
    throw badCursor(cause);
  }
  throw badCursor();
}

const badCursor = (cause?: unknown): Fault =>
  new Fault('invalid-input', 'The cursor does not belong to this list.', {
    fix: 'Begin again without a cursor, and keep filter and order between pages.',
    cause,
  });

// A search by a piece of text that a person typed: a literal, whatever characters it holds.
import { op, type Filter } from './store';

/** Holds when any of `fields` contains `text`, upper and lower case alike. */
export function contains(text: string, fields: readonly string[]): Filter {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { $or: fields.map((field) => ({ [field]: op({ $regex: literal, $options: 'i' }) })) };
}

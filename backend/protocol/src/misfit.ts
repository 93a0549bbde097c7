// What is wrong with a value that does not fit its schema, in words for whoever sent it.
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a date',
};

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

function limit(bound: 'most' | 'least', origin: string, count: number, inclusive = true): string {
  const unit = UNITS[origin];
  if (unit && bound === 'least' && count === 1) return 'must not be empty';
  if (unit) return `must have at ${bound} ${count} ${unit[count === 1 ? 0 : 1]}`;
  if (inclusive) return `must be at ${bound} ${count}`;
  return `must be ${bound === 'most' ? 'below' : 'above'} ${count}`;
}

/** For `safeParse(value, { error: misfitInWords })`: what a schema says of itself comes first. Never echoes the value. */
export const misfitInWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is missing';
      const kind = KINDS[issue.expected];
      return kind && `must be ${kind}`;
    }
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    case 'too_big':
      return limit('most', issue.origin, Number(issue.maximum), issue.inclusive);
    case 'too_small':
      return limit('least', issue.origin, Number(issue.minimum), issue.inclusive);
    default:
      return undefined;
  }
};

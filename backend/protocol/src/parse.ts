// Parsing at a door: a value either fits its schema or becomes a fault that names each misfit.
import type { z } from 'zod';
import { Fault } from './faults';
import { misfitInWords } from './misfit';

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Returns the parsed value. Throws `invalid-input` with one issue per misfit (at most 20), never echoing the value. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value, { error: misfitInWords });
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 20).map((issue) => ({
    path: pointer(issue.path),
    message: issue.message,
  }));
  const first = issues[0];
  throw new Fault(
    'invalid-input',
    `The ${what} does not fit${first ? `: ${first.path || 'it'} ${first.message}` : ''}.`,
    { issues, fix: 'Send what the API description says for this door.' },
  );
}

// The fields of a form, drawn from the JSON Schema of a task's payload; and the payload that was typed into them.
import type { RegisteredTask } from '../../core/wire';

export interface Field {
  name: string;
  title: string;
  hint: string;
  kind: 'text' | 'number' | 'yes-no' | 'choice' | 'json';
  options: string[];
  required: boolean;
  /** As text; empty when there is no default. */
  initial: string;
}

interface Schema {
  type?: string;
  enum?: unknown[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

export function fieldsOf(payload: RegisteredTask['payload']): Field[] {
  const schema = payload as Schema;
  return Object.entries(schema.properties ?? {}).map(([name, of]) => ({
    name,
    title: of.description ?? name.replaceAll('_', ' '),
    hint: hintOf(of),
    kind: kindOf(of),
    options: of.enum?.map(String) ?? [],
    required: schema.required?.includes(name) ?? false,
    initial: of.default === undefined ? '' : textOf(of.default),
  }));
}

function kindOf({ type, enum: options }: Schema): Field['kind'] {
  if (options) return 'choice';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'yes-no';
  return type === 'string' ? 'text' : 'json';
}

function hintOf({ minimum, maximum, format }: Schema): string {
  const bound = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const [least, most] = [bound(minimum), bound(maximum)];
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (least !== undefined) return `${least} or more`;
  return format === 'uuid' ? 'an id, as the copy button beside it gives it' : '';
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** What stands at each field, by its name; what belongs to none is not in it. */
export type FieldProblems = Readonly<Record<string, string>>;

/** Issues of the server at the fields that they speak of: `/payload/keep` and `/payload/keep/0` at `keep`. */
export function problemsOf(
  fields: readonly Field[],
  issues: readonly { path: string; message: string }[],
): FieldProblems {
  const found: Record<string, string> = {};
  for (const { path, message } of issues) {
    const [, root, name] = path.split('/');
    if (root !== 'payload' || !fields.some((field) => field.name === name) || !name) continue;
    found[name] = found[name] ? `${found[name]}; ${message}` : message;
  }
  return found;
}

/** What can be said without asking the server: JSON that cannot be read, a number that is none. */
export function unreadable(
  fields: readonly Field[],
  texts: Readonly<Record<string, string>>,
): FieldProblems {
  const found: Record<string, string> = {};
  for (const { name, kind, required } of fields) {
    const text = (texts[name] ?? '').trim();
    if (text === '') {
      if (required) found[name] = 'is needed';
    } else if (kind === 'number' && !Number.isFinite(Number(text)))
      found[name] = 'must be a number';
    else if (kind === 'json') {
      try {
        JSON.parse(text);
      } catch (error) {
        found[name] = `is not JSON: ${(error as Error).message}`;
      }
    }
  }
  return found;
}

/** Throws `SyntaxError` for JSON that cannot be read. What was left empty is left out. */
export function payloadOf(
  fields: readonly Field[],
  texts: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  for (const { name, kind } of fields) {
    const text = (texts[name] ?? '').trim();
    if (text === '') continue;
    if (kind === 'number') payload[name] = Number(text);
    else if (kind === 'yes-no') payload[name] = text === 'true';
    else if (kind === 'json') payload[name] = JSON.parse(text);
    else payload[name] = text;
  }
  return payload;
}

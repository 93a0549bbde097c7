// JSON Schema as a short text that reads like a type, with references marked so that a page can link them.
import type { JsonSchema } from './schema-book';

/** A piece of text, or the name of a schema. */
export type Piece = string | { ref: string };

const REFERENCE = '#/components/schemas/';

/** `string`, `'a' | 'b'`, `{ … }` over several lines, `Session[]` … */
export function schemaText(schema: JsonSchema, indent = ''): Piece[] {
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if (typeof $ref === 'string') return [{ ref: $ref.replace(REFERENCE, '') }];
  if ('const' in schema) return [JSON.stringify(schema['const'])];
  if (Array.isArray(schema['enum'])) return [schema['enum'].map(quoted).join(' | ')];
  const choices = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (choices) return joined(choices, ' | ', indent);
  if (Array.isArray(allOf)) return joined(allOf as JsonSchema[], ' & ', indent);
  if (Array.isArray(type)) return [type.join(' | ')];
  if (type === 'array') return arrayText(schema, indent);
  if (type === 'object') return objectText(schema, indent);
  return [typeof type === 'string' ? type : 'anything'];
}

const quoted = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : JSON.stringify(value);

function joined(schemas: JsonSchema[], by: string, indent: string): Piece[] {
  return schemas.flatMap((each, index) => [...(index ? [by] : []), ...schemaText(each, indent)]);
}

function arrayText(schema: JsonSchema, indent: string): Piece[] {
  const places = schema['prefixItems'] as JsonSchema[] | undefined;
  if (places) return ['[', ...joined(places, ', ', indent), ']'];
  const inner = schemaText((schema['items'] as JsonSchema | undefined) ?? {}, indent);
  const loose = inner.length > 1 || (typeof inner[0] === 'string' && inner[0].includes(' | '));
  return loose ? ['(', ...inner, ')[]'] : [...inner, '[]'];
}

function objectText(schema: JsonSchema, indent: string): Piece[] {
  const { properties, required = [], additionalProperties: others } = schema;
  const fields = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
  const deeper = `${indent}  `;
  const lines = fields.flatMap(([name, field]): Piece[] => {
    const optional = (required as string[]).includes(name) ? '' : '?';
    const said = saidOf(field);
    const text = schemaText(field, deeper);
    return [`${deeper}${name}${optional}: `, ...text, said ? `  // ${said}\n` : '\n'];
  });
  if (others && typeof others === 'object') {
    const values = schemaText(others as JsonSchema, deeper);
    lines.push(`${deeper}[key]: `, ...values, '\n');
  }
  return lines.length === 0 ? ['{}'] : ['{\n', ...lines, `${indent}}`];
}

/** Bounds, format and default, in words. */
export function saidOf(schema: JsonSchema): string {
  const bounds = (low: string, high: string, unit: string): string => {
    const [least, most] = [schema[low], schema[high]];
    if (least !== undefined && most !== undefined) {
      return least === most
        ? `${String(least)}${unit}`
        : `${String(least)} to ${String(most)}${unit}`;
    }
    if (least !== undefined) return `at least ${String(least)}${unit}`;
    return most === undefined ? '' : `at most ${String(most)}${unit}`;
  };
  return [
    schema['format'],
    bounds('minimum', 'maximum', ''),
    bounds('minLength', 'maxLength', ' characters'),
    bounds('minItems', 'maxItems', ' items'),
    schema['pattern'] === undefined ? '' : `like ${String(schema['pattern'])}`,
    schema['default'] === undefined ? '' : `default ${JSON.stringify(schema['default'])}`,
  ]
    .filter(Boolean)
    .join(', ');
}

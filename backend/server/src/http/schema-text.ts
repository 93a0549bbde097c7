// JSON Schema as a short text that reads like a type, with references marked so that a page can link them.
import type { JsonSchema } from './schema-book';

/** A piece of text, or the name of a schema. */
export type Piece = string | { ref: string };

const REFERENCE = '#/components/schemas/';

/** `string`, `'a' | 'b'`, `{ … }` over several lines, `Session[]` … */
export function schemaText(schema: JsonSchema, indent = ''): Piece[] {
  const { $ref, type, allOf } = schema;
  if ($ref) return [{ ref: $ref.replace(REFERENCE, '') }];
  if ('const' in schema) return [JSON.stringify(schema.const)];
  if (schema.enum) return [schema.enum.map(quoted).join(' | ')];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return joined(choices, ' | ', indent);
  if (allOf) return joined(allOf, ' & ', indent);
  if (type === 'array') return arrayText(schema, indent);
  if (type === 'object') return objectText(schema, indent);
  return [[type ?? 'anything'].flat().join(' | ')];
}

const quoted = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : JSON.stringify(value);

function joined(schemas: JsonSchema[], by: string, indent: string): Piece[] {
  return schemas.flatMap((each, index) => [...(index ? [by] : []), ...schemaText(each, indent)]);
}

function arrayText({ prefixItems, items = {} }: JsonSchema, indent: string): Piece[] {
  if (prefixItems) return ['[', ...joined(prefixItems, ', ', indent), ']'];
  const inner = schemaText(items, indent);
  const loose = inner.length > 1 || (typeof inner[0] === 'string' && inner[0].includes(' | '));
  return loose ? ['(', ...inner, ')[]'] : [...inner, '[]'];
}

function objectText(schema: JsonSchema, indent: string): Piece[] {
  const { properties = {}, required = [], additionalProperties: others } = schema;
  const deeper = `${indent}  `;
  const lines = Object.entries(properties).flatMap(([name, field]): Piece[] => {
    const optional = required.includes(name) ? '' : '?';
    const said = saidOf(field);
    const text = schemaText(field, deeper);
    return [`${deeper}${name}${optional}: `, ...text, said ? `  // ${said}\n` : '\n'];
  });
  if (typeof others === 'object') {
    lines.push(`${deeper}[key]: `, ...schemaText(others, deeper), '\n');
  }
  return lines.length === 0 ? ['{}'] : ['{\n', ...lines, `${indent}}`];
}

/** Bounds, format and default, in words. */
export function saidOf(schema: JsonSchema): string {
  return [
    schema.format,
    boundsOf(schema.minimum, schema.maximum, ''),
    boundsOf(schema.minLength, schema.maxLength, ' characters'),
    boundsOf(schema.minItems, schema.maxItems, ' items'),
    schema.pattern && `like ${schema.pattern}`,
    'default' in schema && `default ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function boundsOf(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined) return most === undefined ? '' : `at most ${most}${unit}`;
  if (most === undefined) return `at least ${least}${unit}`;
  return least === most ? `${least}${unit}` : `${least} to ${most}${unit}`;
}

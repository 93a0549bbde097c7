// Turns the zod schemas of protocol into JSON Schema 2020-12; what has a name is written once and referred to.
import { z } from 'zod';

export type JsonSchema = { [keyword: string]: unknown };

const REFERENCE = '#/components/schemas/';
/** What a format says already, and what every safe integer is. */
const SAID_BY_FORMAT = new Set(['uuid', 'date-time', 'email']);

export class SchemaBook {
  /** Every named schema that was referred to, by name. */
  readonly components: Record<string, JsonSchema> = {};
  readonly #names = z.registry<{ id: string; description: string }>();

  constructor(named: Readonly<Record<string, readonly [z.ZodType, string]>>) {
    for (const [id, [schema, description]] of Object.entries(named)) {
      this.#names.add(schema, { id, description });
    }
  }

  /** As a caller sends it. */
  input(schema: z.ZodType): JsonSchema {
    return this.#write(schema, 'input');
  }

  /** As it is answered. */
  output(schema: z.ZodType): JsonSchema {
    return this.#write(schema, 'output');
  }

  #write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $defs, $schema, ...own } = z.toJSONSchema(schema, {
      metadata: this.#names,
      io,
      target: 'draft-2020-12',
      // A value that only code can check: anything, and the refusal says more.
      unrepresentable: 'any',
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    const renamed = new Map<string, string>();
    for (const [name, definition] of Object.entries($defs ?? {})) {
      renamed.set(name, this.#place(name, tidy(definition, io, new Map())));
    }
    return tidy(own, io, renamed) as JsonSchema;
  }

  /** A schema that is sent otherwise than it is answered has two entries. */
  #place(name: string, definition: unknown): string {
    for (const candidate of [name, `${name}Sent`]) {
      const there = this.components[candidate];
      if (there && JSON.stringify(there) !== JSON.stringify(definition)) continue;
      this.components[candidate] = definition as JsonSchema;
      return candidate;
    }
    throw new Error(`The schema ${name} has more than two forms.`);
  }
}

/** Points references to the components and leaves out what says nothing. */
function tidy(value: unknown, io: 'input' | 'output', renamed: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, io, renamed));
  if (value === null || typeof value !== 'object') return value;
  const node = value as JsonSchema;
  const kept = Object.entries(node).filter(([keyword, said]) => {
    if (keyword === 'pattern') return !SAID_BY_FORMAT.has(String(node['format']));
    if (keyword === 'maximum') return said !== Number.MAX_SAFE_INTEGER;
    if (keyword === 'minimum') return said !== Number.MIN_SAFE_INTEGER;
    // A reply may grow a field; a request may not.
    if (keyword === 'additionalProperties' && said === false) return io === 'input';
    return true;
  });
  return Object.fromEntries(
    kept.map(([keyword, said]) => {
      if (keyword !== '$ref') return [keyword, tidy(said, io, renamed)];
      const name = String(said).replace('#/$defs/', '');
      return [keyword, REFERENCE + (renamed.get(name) ?? name)];
    }),
  );
}

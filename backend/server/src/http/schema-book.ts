// Turns the zod schemas of protocol into JSON Schema 2020-12; what has a name is written once and referred to.
import { z } from 'zod';

/** JSON Schema, with the keywords that zod writes. */
export interface JsonSchema {
  $ref?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

const REFERENCE = '#/components/schemas/';
/** Formats that say what their pattern would say again. */
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
      override: ({ zodSchema, jsonSchema }) => {
        // A reply may grow a field; what is strict may not, whichever way it goes.
        const { def } = zodSchema._zod;
        if (def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties;
      },
    }) as JsonSchema & { $defs?: Record<string, JsonSchema>; $schema?: string };
    for (const [name, definition] of Object.entries($defs ?? {})) {
      const written = tidy(definition) as JsonSchema;
      const there = (this.components[name] ??= written);
      if (JSON.stringify(there) !== JSON.stringify(written)) {
        throw new Error(`${name} is sent otherwise than it is answered: give each its own name.`);
      }
    }
    return tidy(own) as JsonSchema;
  }
}

/** Points references to the components and leaves out what says nothing. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (value === null || typeof value !== 'object') return value;
  const { format } = value as JsonSchema;
  const kept = Object.entries(value).filter(([keyword, said]) => {
    if (keyword === 'pattern') return format === undefined || !SAID_BY_FORMAT.has(format);
    if (keyword === 'maximum') return said !== Number.MAX_SAFE_INTEGER;
    if (keyword === 'minimum') return said !== Number.MIN_SAFE_INTEGER;
    return true;
  });
  return Object.fromEntries(
    kept.map(([keyword, said]: [string, unknown]) =>
      keyword === '$ref'
        ? [keyword, String(said).replace('#/$defs/', REFERENCE)]
        : [keyword, tidy(said)],
    ),
  );
}

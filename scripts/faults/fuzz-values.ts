// Random input for the doors: what a schema asks for, bent in the ways that break parsers and queries.
import { z } from 'zod';
import type { SeededRandom } from '@verity/domain/kernel/maths';

interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
}

const UUID = '01a1fdc4-ddc6-7a75-90cd-3b9d503b0bd7';

export class FuzzValues {
  constructor(readonly random: SeededRandom) {}

  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  /** A value that the schema would take, most of the time. */
  fitting(schema: z.ZodType): unknown {
    return this.#fitting(
      z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema,
    );
  }

  /** The JSON of a value for the schema, bent now and then; or no JSON at all. */
  json(schema: z.ZodType | undefined): string {
    const value = schema && this.chance(0.85) ? this.fitting(schema) : this.hostile();
    const text = JSON.stringify(this.chance(0.7) ? this.#bent(value) : value) ?? 'null';
    return this.chance(0.15) ? this.bytes(text) : text;
  }

  /** Text with pieces cut out, doubled, or overwritten. */
  bytes(text: string): string {
    let made = text;
    for (let turns = 1 + this.below(4); turns > 0; turns--) {
      const at = this.below(made.length + 1);
      const end = at + this.below(12);
      made = this.one([
        made.slice(0, at) + made.slice(end),
        made.slice(0, end) + made.slice(at),
        made.slice(0, at) + this.one(FRAGMENTS) + made.slice(end),
      ]);
    }
    return made;
  }

  /** What no door ever asks for. */
  hostile(): unknown {
    return this.one(HOSTILE)(this);
  }

  #fitting(schema: JsonSchema): unknown {
    const { type, properties = {}, required = [], prefixItems, items } = schema;
    const choice = schema.anyOf ?? schema.oneOf;
    if (choice) return this.#fitting(this.one(choice));
    if (schema.allOf) return this.#fitting(this.one(schema.allOf));
    if ('const' in schema) return schema.const;
    if (schema.enum) return this.one(schema.enum);
    switch (type) {
      case 'object':
        return Object.fromEntries(
          Object.entries(properties)
            .filter(([name]) => required.includes(name) || this.chance(0.5))
            .map(([name, inner]) => [name, this.#fitting(inner)]),
        );
      case 'array':
        if (prefixItems) return prefixItems.map((inner) => this.#fitting(inner));
        return Array.from({ length: this.below(5) }, () => this.#fitting(items ?? {}));
      case 'integer':
      case 'number': {
        const { minimum = -1_000, maximum = 1_000 } = schema;
        const made = minimum + this.random() * (Math.min(maximum, 1e9) - minimum);
        return type === 'integer' ? Math.floor(made) : made;
      }
      case 'boolean':
        return this.chance(0.5);
      case 'null':
        return null;
      default:
        return this.#text(schema.format);
    }
  }

  #text(format: string | undefined): string {
    if (format === 'uuid') return UUID;
    if (format === 'email') return `fuzz${this.below(1_000)}@faults.example`;
    if (format === 'date-time') return new Date(this.below(4e12)).toISOString();
    return this.one(['a', '123456', 'AAAAAAAAAAAAAAAAAAAAAA', 'a b', 'x'.repeat(40), '']);
  }

  /** One place of a value replaced, added to, or taken away. */
  #bent(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.chance(0.2)) return this.hostile();
    if (Array.isArray(value)) {
      if (value.length === 0 || this.chance(0.3)) return [...(value as unknown[]), this.hostile()];
      const at = this.below(value.length);
      return value.map((item: unknown, index) => (index === at ? this.#bent(item) : item));
    }
    const keys = Object.keys(value);
    const key = this.chance(0.25) ? this.one(KEYS) : this.one([...keys, 'extra']);
    // `__proto__` as an own key, as JSON.parse would make it.
    const bent = new Map<string, unknown>(Object.entries(value));
    if (this.chance(0.2)) bent.delete(key);
    else bent.set(key, this.#bent(bent.get(key)));
    return Object.fromEntries(bent);
  }
}

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  '$where',
  '$gt',
  'a.b',
  '',
  'toString',
  'id',
];

const FRAGMENTS = ['{', '}', '[', ']', '"', ',', ':', '\\u0000', '\u0000', '1e999', '-', '\ud800'];

const HOSTILE: readonly ((values: FuzzValues) => unknown)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  () => '',
  () => ({ $gt: '' }),
  () => ({ $where: 'sleep(1000)' }),
  () => JSON.parse('{"__proto__":{"admin":true}}') as unknown,
  () => ({ constructor: { prototype: { admin: true } } }),
  (values) => values.one([0, -0, -1, 1e308, -1e308, 2 ** 53, 2 ** 31, 0.1, 1e-320]),
  (values) => 'x'.repeat(values.one([1, 100, 5_000, 70_000])),
  (values) => values.one(['\u0000', '\ud800', '../../etc/passwd', "'; --", '%00', '${7*7}', 'NaN']),
  (values) => nested(values.one([10, 33, 200, 3_000])),
  (values) => Array.from({ length: values.one([201, 5_000]) }, (_, index) => index),
  (values) =>
    Object.fromEntries(Array.from({ length: values.one([50, 2_000]) }, (_, k) => [`k${k}`, k])),
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

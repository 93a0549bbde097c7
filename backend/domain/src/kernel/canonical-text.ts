// Where a text stops being canonical JSON (RFC 8785): the place for whoever has to mend it, or to tell what was changed.

/** Deeper values are refused: they are nobody's data, and would exhaust the stack of whoever reads them. */
export const DEEPEST = 100;

export interface Deviation {
  /** In UTF-16 code units. */
  readonly at: number;
  /** JSON Pointer of the value that was being read. */
  readonly where: string;
}

/** The first place at which a text is not canonical JSON; null when all of it is. */
export function firstDeviation(text: string): Deviation | null {
  const reader = new Reader(text);
  try {
    const end = reader.value(0, '', 0);
    return end === text.length ? null : { at: end, where: '' };
  } catch (error) {
    if (error instanceof Deviates) return { at: error.at, where: error.where };
    throw error;
  }
}

class Deviates extends Error {
  constructor(
    readonly at: number,
    readonly where: string,
  ) {
    super(`It deviates at ${at}.`);
  }
}

const LITERAL = /true|false|null/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]\d+)?/y;
/** What JSON allows, and one spelling of what it escapes; canonical or not is seen by writing it again. */
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\bfnrt]|u[0-9a-f]{4})|\u007f|[\u0080-\u009f])*"/uy;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

class Reader {
  constructor(private readonly text: string) {}

  /** Reads the value that begins at `at`; returns where it ends. */
  value(at: number, where: string, depth: number): number {
    const letter = this.text[at];
    if (depth === DEEPEST && (letter === '{' || letter === '[')) throw new Deviates(at, where);
    switch (letter) {
      case '{':
        return this.#object(at + 1, where, depth + 1);
      case '[':
        return this.#array(at + 1, where, depth + 1);
      case '"':
        return this.#string(at, where).end;
      default:
        return this.#scalar(at, where);
    }
  }

  #object(begin: number, where: string, depth: number): number {
    if (this.text[begin] === '}') return begin + 1;
    let last: string | null = null;
    for (let at = begin; ;) {
      const { end, value: name } = this.#string(at, where);
      if (last !== null && !(last < name)) throw new Deviates(at, where);
      last = name;
      if (this.text[end] !== ':') throw new Deviates(end, where);
      const inside = `${where}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const after = this.value(end + 1, inside, depth);
      if (this.text[after] === '}') return after + 1;
      if (this.text[after] !== ',') throw new Deviates(after, inside);
      at = after + 1;
    }
  }

  #array(begin: number, where: string, depth: number): number {
    if (this.text[begin] === ']') return begin + 1;
    for (let at = begin, index = 0; ; index++) {
      const inside = `${where}/${index}`;
      const after = this.value(at, inside, depth);
      if (this.text[after] === ']') return after + 1;
      if (this.text[after] !== ',') throw new Deviates(after, inside);
      at = after + 1;
    }
  }

  #string(at: number, where: string): { end: number; value: string } {
    const written = this.#match(STRING, at);
    if (written === null) throw new Deviates(at, where);
    const value = JSON.parse(written) as string;
    if (LONE_SURROGATE.test(value) || JSON.stringify(value) !== written)
      throw new Deviates(at, where);
    return { end: at + written.length, value };
  }

  #scalar(at: number, where: string): number {
    const literal = this.#match(LITERAL, at);
    if (literal !== null) return at + literal.length;
    const number = this.#match(NUMBER, at);
    if (number === null || JSON.stringify(Number(number)) !== number) throw new Deviates(at, where);
    return at + number.length;
  }

  #match(form: RegExp, at: number): string | null {
    form.lastIndex = at;
    return form.exec(this.text)?.[0] ?? null;
  }
}

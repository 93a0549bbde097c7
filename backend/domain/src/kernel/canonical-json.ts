// Canonical JSON (RFC 8785, JCS): one text for one value, so that its hash means the value.

const HIGH = 0xd800;
const LOW = 0xdc00;
const AFTER = 0xe000;

/**
 * The canonical text of a JSON value: keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * Throws `TypeError` with the JSON Pointer of what JSON cannot say: NaN, infinities, undefined, functions, symbols,
 * big integers, lone surrogates, objects of a class, and circles.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '', []);
}

function write(value: unknown, path: string, above: object[]): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unsayable(path, String(value));
    // JSON.stringify is the number serialisation that the RFC refers to; it writes -0 as 0.
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw unsayable(path, `a value of type ${typeof value}`);
  if (above.includes(value)) throw unsayable(path, 'a circle');
  const within = [...above, value];
  if (Array.isArray(value)) {
    // Array.from sees the holes too.
    const items = Array.from(value, (item, index) => write(item, `${path}/${index}`, within));
    return `[${items.join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw unsayable(path, 'an object of a class');
  }
  const members = Object.entries(value)
    // The relational operators of ECMAScript compare strings by UTF-16 code units.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => {
      const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return `${quote(key, at)}:${write(member, at, within)}`;
    });
  return `{${members.join(',')}}`;
}

/** Without lone surrogates, JSON.stringify escapes exactly what the RFC escapes. */
function quote(text: string, path: string): string {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < HIGH || unit >= AFTER) continue;
    const next = text.charCodeAt(index + 1);
    if (unit >= LOW || !(next >= LOW && next < AFTER)) throw unsayable(path, 'a lone surrogate');
    index += 1;
  }
  return JSON.stringify(text);
}

const unsayable = (path: string, what: string): TypeError =>
  new TypeError(`Canonical JSON cannot say ${what} (at ${path || 'the top'}).`);

// Canonical JSON (RFC 8785, JCS): one text for one value, so that its hash means the value.

/** Half a pair: in Unicode mode a whole pair is one character of another kind. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Visible ASCII and spaces, and nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The canonical text of a JSON value: keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * Throws `TypeError` with the JSON Pointer of what JSON cannot say: NaN, infinities, undefined, functions, symbols,
 * big integers, lone surrogates, objects of a class, and circles.
 */
export function canonicalJson(value: unknown): string {
  return write(value, { keys: [], above: [] });
}

/** Where the writer is: the keys that lead there, and the objects that it is within. */
interface Place {
  readonly keys: (string | number)[];
  readonly above: object[];
}

function write(value: unknown, place: Place): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value, place);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unsayable(place, String(value));
    // ECMAScript's is the number serialisation that the RFC refers to; it writes -0 as 0.
    return String(value);
  }
  if (typeof value !== 'object') throw unsayable(place, `a value of type ${typeof value}`);
  if (place.above.includes(value)) throw unsayable(place, 'a circle');
  place.above.push(value);
  const text = Array.isArray(value) ? writeItems(value, place) : writeMembers(value, place);
  place.above.pop();
  return text;
}

function writeItems(items: readonly unknown[], place: Place): string {
  let text = '[';
  // By index, which sees the holes too.
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    place.keys.push(index);
    text += write(items[index], place);
    place.keys.pop();
  }
  return `${text}]`;
}

function writeMembers(value: object, place: Place): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw unsayable(place, 'an object of a class');
  }
  let text = '{';
  // Sorted without a comparison of its own, which is by UTF-16 code units.
  for (const key of Object.keys(value).sort()) {
    if (text.length > 1) text += ',';
    place.keys.push(key);
    text += `${quote(key, place)}:${write((value as Record<string, unknown>)[key], place)}`;
    place.keys.pop();
  }
  return `${text}}`;
}

/** Without lone surrogates, JSON.stringify escapes exactly what the RFC escapes; it is asked where there may be something. */
function quote(text: string, place: Place): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (LONE_SURROGATE.test(text)) throw unsayable(place, 'a lone surrogate');
  return JSON.stringify(text);
}

function unsayable({ keys }: Place, what: string): TypeError {
  const steps = keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return new TypeError(`Canonical JSON cannot say ${what} (at ${steps.join('') || 'the top'}).`);
}

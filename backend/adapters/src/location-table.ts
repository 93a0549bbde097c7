// The location table: where addresses are, from a CSV file of networks (GeoLite2 "blocks" and the like), in memory.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { firstOf, lastOf, parseAddress, parsePrefix } from '@verity/domain/kernel/ip-address';
import type { Locate, Place } from '@verity/domain/risk/travel';
import { Fault } from '@verity/protocol/faults';

/** When the file names no radius. Kilometres. */
const DEFAULT_RADIUS_KM = 50;
/** Lines that do not fit before the file is refused rather than read around. */
const MOST_MISFITS = 0.01;

/** Networks of one family, ascending. IPv6 by its upper 64 bits: finer networks than /64 have one place. */
class Ranges {
  private rows: { first: bigint; last: bigint; place: number }[] = [];
  private firsts = new BigUint64Array(0);
  private lasts = new BigUint64Array(0);
  private places = new Uint32Array(0);

  add(first: bigint, last: bigint, place: number): void {
    this.rows.push({ first, last, place });
  }

  seal(): void {
    this.rows.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    this.firsts = BigUint64Array.from(this.rows, ({ first }) => first);
    this.lasts = BigUint64Array.from(this.rows, ({ last }) => last);
    this.places = Uint32Array.from(this.rows, ({ place }) => place);
    this.rows = [];
  }

  find(bits: bigint): number | null {
    let low = 0;
    let high = this.firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.firsts[middle] as bigint) <= bits) low = middle + 1;
      else high = middle;
    }
    const at = low - 1;
    return at >= 0 && bits <= (this.lasts[at] as bigint) ? (this.places[at] as number) : null;
  }
}

/**
 * Reads a CSV file with a header line: `network` (CIDR), `latitude`, `longitude` (degrees), and when there are any
 * `accuracy_radius` (km) and `label`. Networks do not overlap. Throws `invalid-input` when it is no such file or more
 * than one line in a hundred does not fit. A row costs about 30 bytes.
 */
export async function readLocationTable(file: string): Promise<Locate> {
  const four = new Ranges();
  const six = new Ranges();
  const places: Place[] = [];
  const known = new Map<string, number>();
  let columns: Record<string, number> | null = null;
  let read = 0;
  let misfits = 0;
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      if (line === '') continue;
      const cells = cellsOf(line);
      if (!columns) {
        columns = columnsOf(cells, file);
        continue;
      }
      read += 1;
      const row = rowOf(cells, columns);
      if (!row) {
        misfits += 1;
        continue;
      }
      const key = `${row.place.latitude},${row.place.longitude},${row.place.radiusKm},${row.place.label}`;
      let place = known.get(key);
      if (place === undefined) {
        place = places.push(row.place) - 1;
        known.set(key, place);
      }
      const { prefix } = row;
      if (prefix.family === 4) four.add(firstOf(prefix), lastOf(prefix), place);
      else six.add(firstOf(prefix) >> 64n, lastOf(prefix) >> 64n, place);
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('invalid-input', `The location table ${file} cannot be read.`, {
      fix: 'Set LOCATION_FILE to a readable CSV file, or leave it out.',
      cause,
    });
  }
  if (read === 0 || misfits > read * MOST_MISFITS)
    throw noTable(file, `${misfits} of ${read} lines do not fit`);
  four.seal();
  six.seal();
  return (text) => {
    const address = parseAddress(text);
    if (!address) return null;
    const at = address.family === 4 ? four.find(address.bits) : six.find(address.bits >> 64n);
    return at === null ? null : (places[at] ?? null);
  };
}

const noTable = (file: string, why: string): Fault =>
  new Fault('invalid-input', `${file} is no location table: ${why}.`, {
    fix: 'It needs a header with the columns network, latitude, longitude (and, if known, accuracy_radius in km and label).',
  });

function columnsOf(cells: string[], file: string): Record<string, number> {
  const columns = Object.fromEntries(
    cells.map((name, index) => [name.trim().toLowerCase(), index]),
  );
  const missing = ['network', 'latitude', 'longitude'].filter((name) => !(name in columns));
  if (missing.length > 0) throw noTable(file, `the header has no ${missing.join(', ')}`);
  return columns;
}

function rowOf(cells: string[], columns: Record<string, number>) {
  const cell = (name: string): string => cells[columns[name] ?? -1]?.trim() ?? '';
  const prefix = parsePrefix(cell('network'));
  const latitude = cell('latitude') === '' ? Number.NaN : Number(cell('latitude'));
  const longitude = cell('longitude') === '' ? Number.NaN : Number(cell('longitude'));
  if (!prefix || !(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return null;
  const radius = Number(cell('accuracy_radius') || DEFAULT_RADIUS_KM);
  if (!(radius >= 0)) return null;
  return { prefix, place: { latitude, longitude, radiusKm: radius, label: cell('label') } };
}

/** The cells of one line; quoted ones may hold commas and doubled quotes. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  return cells.slice(0, line.endsWith(',') ? undefined : -1).map((cell) => {
    const bare = cell.replace(/,$/, '');
    return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
  });
}

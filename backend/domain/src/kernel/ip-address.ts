// IP addresses and prefixes as numbers: what a configured network contains, whatever notation it was written in.

export interface IpAddress {
  family: 4 | 6;
  /** 32 or 128 bits. */
  bits: bigint;
}

export interface IpPrefix extends IpAddress {
  /** Leading bits that count. */
  length: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** Reads an address; IPv4 mapped into IPv6 is IPv4, a zone (`%eth0`) is left out. Null when it is neither. */
export function parseAddress(text: string): IpAddress | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text);
  const four = parseFour(mapped?.[1] ?? text);
  if (four !== null) return { family: 4, bits: four };
  const six = parseSix(text.split('%', 1)[0] as string);
  return six === null ? null : { family: 6, bits: six };
}

function parseFour(text: string): bigint | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!parts) return null;
  let bits = 0n;
  for (const part of parts.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return null;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function parseSix(text: string): bigint | null {
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(':')) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map((side, index) => groupsOf(side, index === halves.length - 1));
  const [head, tail = []] = groups;
  if (!head || groups.includes(null)) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  return all.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** The 16-bit groups of one side of `::`; the very last two may be written as IPv4. */
function groupsOf(side: string, isEnd: boolean): number[] | null {
  if (side === '') return [];
  const groups: number[] = [];
  const parts = side.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const four = isEnd && index === parts.length - 1 ? parseFour(part) : null;
      if (four === null) return null;
      groups.push(Number(four >> 16n), Number(four & 0xffffn));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups.length > 8 ? null : groups;
}

/** Reads CIDR notation; a bare address is a prefix of its whole width. Null when it does not fit, or has host bits. */
export function parsePrefix(text: string): IpPrefix | null {
  const [host = '', width, more] = text.split('/');
  const address = parseAddress(host);
  if (!address || more !== undefined) return null;
  const most = WIDTH[address.family];
  if (width !== undefined && !/^\d{1,3}$/.test(width)) return null;
  const length = width === undefined ? most : Number(width);
  if (length > most) return null;
  const prefix = { ...address, length };
  return address.bits === firstOf(prefix) ? prefix : null;
}

/** The lowest and the highest address of a prefix. */
export const firstOf = ({ family, bits, length }: IpPrefix): bigint =>
  (bits >> BigInt(WIDTH[family] - length)) << BigInt(WIDTH[family] - length);
export const lastOf = (prefix: IpPrefix): bigint =>
  firstOf(prefix) | ((1n << BigInt(WIDTH[prefix.family] - prefix.length)) - 1n);

export const covers = (prefix: IpPrefix, address: IpAddress): boolean =>
  prefix.family === address.family &&
  firstOf({ ...address, length: prefix.length }) === firstOf(prefix);

// Tiles: paths as the specification writes them, nodes found in them, bundles that read back.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactRange, foldRight, leafHash, type Hash, type NodeAt, type Sha256 } from './merkle';
import {
  hashesInTile,
  newTiles,
  parseTilePath,
  readBundle,
  tileOf,
  tilePath,
  TILE_WIDTH,
  writeBundle,
  type TileAt,
} from './tiles';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

const aTile: fc.Arbitrary<TileAt> = fc.record(
  {
    level: fc.oneof(fc.constant('entries' as const), fc.nat(63)),
    index: fc.oneof(fc.nat(2_000), fc.nat(Number.MAX_SAFE_INTEGER)),
    width: fc.integer({ min: 1, max: 256 }),
  },
  { noNullPrototype: true },
);

describe('the path of a tile', () => {
  it('is the one of the specification', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 2, index: 0, width: 8 })).toBe('tile/2/000.p/8');
    expect(tilePath({ level: 'entries', index: 999, width: 256 })).toBe('tile/entries/999');
    expect(tilePath({ level: 'entries', index: 1_000, width: 1 })).toBe(
      'tile/entries/x001/000.p/1',
    );
  });

  it('reads back, and is read from no other text', () => {
    fc.assert(
      fc.property(aTile, (tile) => {
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
    fc.assert(
      fc.property(aTile, fc.nat(), fc.string({ maxLength: 2 }), (tile, at, text) => {
        const path = tilePath(tile);
        const cut = at % path.length;
        const touched = path.slice(0, cut) + text + path.slice(cut + 1);
        const read = parseTilePath(touched);
        if (read) expect(tilePath(read)).toBe(touched);
      }),
    );
    for (const path of ['tile/0/1', 'tile/00/001', 'tile/0/x000/001', 'tile/0/001.p/256']) {
      expect(parseTilePath(path), path).toBeNull();
    }
    expect(parseTilePath('tile/0/001.p/0')).toBeNull();
    expect(parseTilePath('../tile/0/001')).toBeNull();
  });
});

describe('the tiles of a growing tree', () => {
  /** Every hash of a tree of `size`, by level and index. */
  const size = 70_000;
  const nodes = new Map<string, Hash>();
  const growing = new CompactRange(sha256);
  for (let index = 0; index < size; index++) {
    const leaf = leafHash(Buffer.from(String(index)), sha256);
    nodes.set(`0/${index}`, leaf);
    growing.push(leaf, (node, hash) => nodes.set(`${node.level}/${node.index}`, hash));
  }
  const hashAt = ({ level, index }: NodeAt) => nodes.get(`${level}/${index}`) as Hash;

  it('hold every perfect subtree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.nat(), fc.nat(), (level, any, more) => {
        const index = any % Math.floor(size / 2 ** level);
        const least = (index + 1) * 2 ** level;
        const { tile, begin, count } = tileOf(
          { level, index },
          least + (more % (size - least + 1)),
        );
        const under = Array.from({ length: count }, (_, offset) =>
          hashAt({
            level: Number(tile.level) * 8,
            index: tile.index * TILE_WIDTH + begin + offset,
          }),
        );
        let row = under;
        while (row.length > 1) {
          row = Array.from({ length: row.length / 2 }, (_, pair) =>
            foldRight(row.slice(2 * pair, 2 * pair + 2), sha256),
          );
        }
        expect(Buffer.from(row[0] as Hash)).toEqual(Buffer.from(hashAt({ level, index })));
      }),
    );
    expect(() => tileOf({ level: 8, index: 0 }, 255)).toThrow('no node');
  });

  it('are all written, whatever the steps, and none twice as wide as before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 6 }), (steps) => {
        const written = new Map<string, number>();
        let at = 0;
        for (const step of steps) {
          for (const { level, index, width } of newTiles(at, at + step)) {
            const name = `${level}/${index}`;
            expect(width).toBeGreaterThan(written.get(name) ?? 0);
            written.set(name, width);
          }
          at += step;
        }
        const whole = [...newTiles(0, at)].map(({ level, index, width }) => [
          `${level}/${index}`,
          width,
        ]);
        expect(Object.fromEntries(written)).toEqual(Object.fromEntries(whole));
      }),
    );
  });
});

describe('a bundle of entries', () => {
  it('reads back what was written, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
        const bytes = writeBundle(entries);
        expect(readBundle(bytes, entries.length)).toEqual(entries);
        expect(readBundle(bytes, entries.length + 1)).toBeNull();
        if (bytes.length > 0) expect(readBundle(bytes.slice(0, -1), entries.length)).toBeNull();
        expect(readBundle(Uint8Array.of(...bytes, 0), entries.length)).toBeNull();
      }),
    );
    expect(() => writeBundle([new Uint8Array(65_536)])).toThrow('65535 fit');
  });

  it('of hashes is cut where it should be, or refused', () => {
    const bytes = new Uint8Array(96).map((_, index) => index);
    expect(hashesInTile(bytes, 3)?.map(([first]) => first)).toEqual([0, 32, 64]);
    expect(hashesInTile(bytes, 2)).toBeNull();
    expect(hashesInTile(bytes.slice(1), 3)).toBeNull();
  });
});

// Names of raw blocks: published examples, and every other text refused.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CID_LENGTH, cidOfRaw, parseRawCid, RAW_CID } from './cid';
import type { Sha256 } from './merkle';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the name of a raw block', () => {
  it('is the one that IPFS gives it', () => {
    // `ipfs block put --cid-codec raw` of nothing, and what js-multiformats says of the second.
    expect(cidOfRaw(new Uint8Array(0), sha256)).toBe(
      'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
    );
    expect(cidOfRaw(utf8('hello world'), sha256)).toBe(
      'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    );
  });

  it('comes back as the hash that it was made of', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (block) => {
        const cid = cidOfRaw(block, sha256);
        expect(cid).toHaveLength(CID_LENGTH);
        expect(cid).toMatch(RAW_CID);
        expect(Buffer.from(parseRawCid(cid) ?? [])).toEqual(Buffer.from(sha256(block)));
      }),
    );
  });

  it('has one writing: a text with any other letter names another block or none', () => {
    const cid = cidOfRaw(utf8('one'), sha256);
    fc.assert(
      fc.property(
        fc.nat(CID_LENGTH - 1),
        fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789ABCXYZ=-_ é'),
        (at, letter) => {
          const other = cid.slice(0, at) + letter + cid.slice(at + 1);
          const parsed = parseRawCid(other);
          if (other === cid) expect(parsed).not.toBeNull();
          else if (parsed)
            expect(Buffer.from(parsed)).not.toEqual(Buffer.from(sha256(utf8('one'))));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['the upper-case form', (cid: string) => cid.toUpperCase()],
    ['padding', (cid: string) => `${cid}=`],
    ['a path after it', (cid: string) => `${cid}/x`],
    ['a letter too few', (cid: string) => cid.slice(0, -1)],
    [
      'bits after the last byte',
      (cid: string) => `${cid.slice(0, -1)}${next(cid.at(-1) as string)}`,
    ],
    [
      'the name of a directory block',
      () => `bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi`,
    ],
    ['a name of version 0', () => 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'],
    ['nothing', () => ''],
  ])('is not read from %s', (_, spoil) => {
    expect(parseRawCid(spoil(cidOfRaw(utf8('two'), sha256)))).toBeNull();
  });

  it('is read from any text without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseRawCid(text)));
    fc.assert(
      fc.property(fc.string({ minLength: CID_LENGTH, maxLength: CID_LENGTH }), (text) => {
        expect(parseRawCid(text)).toBeNull();
      }),
    );
  });
});

/** The letter after one whose lowest two bits are zero. */
function next(letter: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return alphabet.charAt(alphabet.indexOf(letter) + 1);
}

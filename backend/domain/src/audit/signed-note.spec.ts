// Notes, keys and checkpoints: written as the specifications say, read back, and refused in any other writing.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64';
import { parseCheckpoint, writeCheckpoint } from './checkpoint';
import type { Sha256 } from './merkle';
import {
  cosignNote,
  parseNote,
  parseVerifierKey,
  signatureBy,
  signNote,
  writeNote,
  writeVerifierKey,
  type SignEd25519,
  type VerifierKey,
  type VerifyEd25519,
} from './signed-note';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const verifyEd25519: VerifyEd25519 = (key, message, signature) =>
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }),
    signature,
  );

function keyPair(name: string, kind: VerifierKey['kind'], seed = 7) {
  const secret = createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.alloc(32, seed)]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const key: VerifierKey = { name, kind, key: Uint8Array.from(spki.subarray(SPKI.length)) };
  const signer: SignEd25519 = (message) => Uint8Array.from(sign(null, message, secret));
  return { key, signer };
}

describe('base64', () => {
  it('is that of the standard, and one text alone stands for some bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(toBase64(bytes)).toBe(text);
        expect(fromBase64(text)).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const bytes = fromBase64(text);
        if (bytes) expect(toBase64(bytes)).toBe(text);
      }),
    );
    for (const text of ['A', 'AA', 'AA=', 'AB==', 'AAB=', '====', 'AA==AA==', 'AAAA\n']) {
      expect(fromBase64(text), text).toBeNull();
    }
  });
});

describe('a verifier key', () => {
  it('is the one of the example in the specification of Go’s checksum database', () => {
    const text = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
    const key = parseVerifierKey(text, sha256);
    expect(key).toMatchObject({ name: 'sum.golang.org', kind: 'ed25519' });
    expect(writeVerifierKey(key as VerifierKey, sha256)).toBe(text);
  });

  it('is refused when any one character of it was changed', () => {
    const text = writeVerifierKey(keyPair('log.example/verity', 'cosignature').key, sha256);
    expect(parseVerifierKey(text, sha256)).not.toBeNull();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('A', '0', '+', 'é', ''), (at, to) => {
        const changed = text.slice(0, at) + to + text.slice(at + 1);
        if (changed !== text) expect(parseVerifierKey(changed, sha256)).toBeNull();
      }),
    );
  });
});

describe('a signed note', () => {
  const { key, signer } = keyPair('log.example/verity', 'ed25519');
  const witness = keyPair('witness.example', 'cosignature', 9);
  const text = writeCheckpoint({
    origin: 'log.example/verity',
    size: 5,
    root: sha256(Buffer.from('x')),
  });
  const signed = async () => {
    const own = await signNote(text, key, signer, sha256);
    const at = new Date('2026-03-01T12:00:00.000Z');
    const theirs = await cosignNote(text, witness.key, at, witness.signer, sha256);
    return writeNote({ text, signatures: [own, theirs] });
  };

  it('is verified by the key that signed it and by the witness that saw it', async () => {
    const note = parseNote(await signed());
    if (!note) throw new Error('no note');
    expect(note.text).toBe(text);
    expect(await signatureBy(note, key, verifyEd25519, sha256)).toEqual({ at: null });
    expect(await signatureBy(note, witness.key, verifyEd25519, sha256)).toEqual({
      at: new Date('2026-03-01T12:00:00.000Z'),
    });
    const other = keyPair('log.example/verity', 'ed25519', 8).key;
    expect(await signatureBy(note, other, verifyEd25519, sha256)).toBeNull();
  });

  it('shows any one changed bit', async () => {
    const bytes = Buffer.from(await signed());
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ (1 << bit);
        const note = parseNote(changed.toString('utf8'));
        if (!note) return;
        const both = [
          await signatureBy(note, key, verifyEd25519, sha256),
          await signatureBy(note, witness.key, verifyEd25519, sha256),
        ];
        expect(both).toContain(null);
      }),
      { numRuns: 300 },
    );
  });

  it('is no other text', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        const note = parseNote(any);
        if (note) expect(writeNote(note)).toBe(any);
      }),
    );
    for (const any of [
      '',
      '\n\n',
      'text\n\n',
      'text\n\n— name AAAAAAA=',
      'text\n\n- name AAAAAAA=\n',
    ]) {
      expect(parseNote(any), any).toBeNull();
    }
    expect(parseNote('text\n\n— name AAAAAAA=\n')).toMatchObject({ text: 'text\n' });
  });
});

describe('a checkpoint', () => {
  const root = sha256(Buffer.from('root'));
  it('reads back, and is read from no other text', () => {
    const text = writeCheckpoint({ origin: 'log.example/verity', size: 20_852_163, root });
    expect(text).toBe(`log.example/verity\n20852163\n${Buffer.from(root).toString('base64')}\n`);
    expect(parseCheckpoint(text)).toMatchObject({ origin: 'log.example/verity', size: 20_852_163 });
    const lines = text.split('\n');
    const not = (...changed: string[]) => expect(parseCheckpoint(changed.join('\n'))).toBeNull();
    not('', ...lines.slice(1));
    not(lines[0] as string, '05', lines[2] as string, '');
    not(lines[0] as string, '-5', lines[2] as string, '');
    not(lines[0] as string, '9007199254740993', lines[2] as string, '');
    not(lines[0] as string, '5', 'AAAA', '');
    not(...lines, 'more', '');
    not(...lines.slice(0, 3));
  });
});

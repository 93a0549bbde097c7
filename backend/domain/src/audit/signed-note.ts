// Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature; Ed25519 keys and cosigners' keys.
import { fromBase64, toBase64 } from './base64';
import type { Sha256 } from './merkle';

/** Whether this Ed25519 key (32 bytes) made this signature (64 bytes) of the message. */
export type VerifyEd25519 = (
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;
/** The signature (64 bytes) of a message. */
export type SignEd25519 = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** What a key signs: the text itself, or, as a witness, a text with the time at which it was seen. */
export type KeyKind = 'ed25519' | 'cosignature';
const TYPE_OF: Record<KeyKind, number> = { ed25519: 0x01, cosignature: 0x04 };

/** A public key with the name that its signatures bear. */
export interface VerifierKey {
  readonly name: string;
  readonly kind: KeyKind;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of SHA-256(name || LF || type || key), as a number. */
  readonly keyId: number;
  /** What follows the key id. */
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** Ends with a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
const MOST_SIGNATURES = 64;
const MOST_CHARACTERS = 100_000;
const utf8 = new TextEncoder();

/** Names carry neither space nor plus; both part the fields around them. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{C}]{1,200}$/u.test(name);

export function keyIdOf({ name, kind, key }: VerifierKey, sha256: Sha256): number {
  const head = utf8.encode(`${name}\n`);
  const bytes = new Uint8Array(head.length + 1 + key.length);
  bytes.set(head);
  bytes[head.length] = TYPE_OF[kind];
  bytes.set(key, head.length + 1);
  return readUint32(sha256(bytes));
}

/** `<name>+<key id in hex>+<base64 of type and key>`. */
export function writeVerifierKey(key: VerifierKey, sha256: Sha256): string {
  const id = keyIdOf(key, sha256).toString(16).padStart(8, '0');
  return `${key.name}+${id}+${toBase64(Uint8Array.of(TYPE_OF[key.kind], ...key.key))}`;
}

/** The key; null when the text is none, or its id is that of another key. */
export function parseVerifierKey(text: string, sha256: Sha256): VerifierKey | null {
  const [name = '', , encoded] = splitTwice(text);
  const bytes = fromBase64(encoded ?? '');
  const kind = bytes && (['ed25519', 'cosignature'] as const).find((k) => TYPE_OF[k] === bytes[0]);
  if (!kind || bytes.length !== 1 + KEY_BYTES || !isKeyName(name)) return null;
  const key: VerifierKey = { name, kind, key: bytes.slice(1) };
  return writeVerifierKey(key, sha256) === text ? key : null;
}

/** The signature line of a note, with its line feed. */
export function signatureLine({ name, keyId, signature }: NoteSignature): string {
  const bytes = new Uint8Array(4 + signature.length);
  new DataView(bytes.buffer).setUint32(0, keyId);
  bytes.set(signature, 4);
  return `— ${name} ${toBase64(bytes)}\n`;
}

/** The text, an empty line, and the signatures in their order. */
export const writeNote = ({ text, signatures }: SignedNote): string =>
  `${text}\n${signatures.map(signatureLine).join('')}`;

/** The parts of a note; null for any text that `writeNote` does not write. */
export function parseNote(note: string): SignedNote | null {
  if (note.length > MOST_CHARACTERS) return null;
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0) return null;
  const text = note.slice(0, cut + 1);
  const lines = note.slice(cut + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MOST_SIGNATURES) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [dash, name = '', encoded = '', ...rest] = line.split(' ');
    const bytes = fromBase64(encoded);
    if (dash !== '—' || !isKeyName(name) || rest.length > 0 || !bytes || bytes.length < 5) {
      return null;
    }
    signatures.push({ name, keyId: readUint32(bytes), signature: bytes.slice(4) });
  }
  return { text, signatures };
}

/** The signature that this key made of the text; null when there is none, or another key's under its name. */
export async function signatureBy(
  { text, signatures }: SignedNote,
  key: VerifierKey,
  verify: VerifyEd25519,
  sha256: Sha256,
): Promise<{ at: Date | null } | null> {
  const keyId = keyIdOf(key, sha256);
  const theirs = signatures.find((one) => one.name === key.name && one.keyId === keyId);
  if (!theirs) return null;
  if (key.kind === 'ed25519') {
    if (theirs.signature.length !== SIGNATURE_BYTES) return null;
    return (await verify(key.key, utf8.encode(text), theirs.signature)) ? { at: null } : null;
  }
  if (theirs.signature.length !== 8 + SIGNATURE_BYTES) return null;
  const seconds = Number(new DataView(theirs.signature.slice(0, 8).buffer).getBigUint64(0));
  if (!(seconds <= LAST_SECOND)) return null;
  const message = cosignedMessage(text, seconds);
  const holds = await verify(key.key, message, theirs.signature.slice(8));
  return holds ? { at: new Date(seconds * 1000) } : null;
}

/** Signs a text. */
export async function signNote(
  text: string,
  key: VerifierKey,
  sign: SignEd25519,
  sha256: Sha256,
): Promise<NoteSignature> {
  const signature = await sign(utf8.encode(text));
  return { name: key.name, keyId: keyIdOf(key, sha256), signature };
}

/** Signs a checkpoint as a witness that has seen it, consistent with all before, at this time (C2SP tlog-cosignature). */
export async function cosignNote(
  text: string,
  key: VerifierKey,
  at: Date,
  sign: SignEd25519,
  sha256: Sha256,
): Promise<NoteSignature> {
  const seconds = Math.floor(at.getTime() / 1000);
  const signature = new Uint8Array(8 + SIGNATURE_BYTES);
  new DataView(signature.buffer).setBigUint64(0, BigInt(seconds));
  signature.set(await sign(cosignedMessage(text, seconds)), 8);
  return { name: key.name, keyId: keyIdOf(key, sha256), signature };
}

/** Seconds that a `Date` can hold. */
const LAST_SECOND = 8_640_000_000_000;
const cosignedMessage = (text: string, seconds: number): Uint8Array =>
  utf8.encode(`cosignature/v1\ntime ${seconds}\n${text}`);

const readUint32 = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

/** At the first two pluses: base64 may hold more of them. */
function splitTwice(text: string): string[] {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  return second < 0
    ? []
    : [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

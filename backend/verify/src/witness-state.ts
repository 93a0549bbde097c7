// What a witness keeps on disk: its key, the last checkpoint that it cosigned, and the proof of a log that has lied.
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519';
import { fromHex, toHex } from '@verity/domain/audit/hex';
import type { SignEd25519, VerifierKey } from '@verity/domain/audit/signed-note';
import { readIfThere } from './log-source';

export interface WitnessKey {
  readonly key: VerifierKey;
  readonly sign: SignEd25519;
}

/** Two statements of a log that cannot both be true, or one that it cannot prove. */
export interface Alarm {
  readonly kind: 'rolled back' | 'split view' | 'rewritten';
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
  /** Signed notes: what was cosigned before, and what was offered then. */
  readonly before: string;
  readonly offered: string;
}

export class WitnessState {
  constructor(private readonly directory: string) {}

  /** The key of this witness; made at the first time, readable by its owner alone. */
  async key(name: string): Promise<WitnessKey> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, 'key');
    if (!(await readIfThere(path))) {
      const seed = toHex(ed25519.utils.randomPrivateKey());
      // Never over a key that another process made meanwhile.
      await writeFile(path, `${seed}\n`, { mode: 0o600, flag: 'wx', flush: true }).catch(ifThere);
    }
    const seed = fromHex((await readFile(path, 'utf8')).trim());
    if (seed?.length !== 32) throw new Error(`${path} should hold a key: 64 hex digits.`);
    const key: VerifierKey = { name, kind: 'cosignature', key: ed25519.getPublicKey(seed) };
    return { key, sign: (message) => ed25519.sign(message, seed) };
  }

  /** The note that was cosigned last. */
  async last(): Promise<string | null> {
    return this.#read('checkpoint');
  }

  keep(note: string): Promise<void> {
    return this.#write('checkpoint', note);
  }

  async alarm(): Promise<Alarm | null> {
    const text = await this.#read('alarm.json');
    return text === null ? null : (JSON.parse(text) as Alarm);
  }

  raise(alarm: Alarm): Promise<void> {
    return this.#write('alarm.json', `${JSON.stringify(alarm, null, 2)}\n`);
  }

  async #read(name: string): Promise<string | null> {
    const bytes = await readIfThere(join(this.directory, name));
    return bytes && new TextDecoder().decode(bytes);
  }

  /** As a whole or not at all, and on disk when it resolves. */
  async #write(name: string, text: string): Promise<void> {
    const path = join(this.directory, name);
    await writeFile(`${path}.new`, text, { flush: true, mode: 0o644 });
    await rename(`${path}.new`, path);
    const folder = await open(this.directory);
    await folder.sync();
    await folder.close();
  }
}

function ifThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}

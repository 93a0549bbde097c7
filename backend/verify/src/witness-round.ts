// One round of a witness: what the log says now against what it said before, and against what others have seen.
import { readCheckpoint } from '@verity/domain/audit/audit-log';
import { checkGrowth } from '@verity/domain/audit/check-log';
import { parseCheckpoint, type Checkpoint } from '@verity/domain/audit/checkpoint';
import { CHECKPOINT_PATH, type LogFiles } from '@verity/domain/audit/log';
import { sameHash } from '@verity/domain/audit/merkle';
import {
  cosignNote,
  parseNote,
  signatureBy,
  writeNote,
  type VerifierKey,
} from '@verity/domain/audit/signed-note';
import { addressOf, fetchBytes } from './fetch-bytes';
import { tools } from './tools';
import type { Alarm, WitnessKey, WitnessState } from './witness-state';

const LONGEST_NOTE = 100_000;

export interface Watched {
  readonly files: Pick<LogFiles, 'read'>;
  readonly key: VerifierKey;
  /** Other witnesses of the same log. */
  readonly others: readonly string[];
}

export type Round =
  | { readonly cosigned: Checkpoint }
  | { readonly alarm: Alarm }
  /** Nothing was signed, and nothing is proven against the log. */
  | { readonly trouble: string };

/** Looks once. What it cosigns is on disk before it is told. */
export async function look(
  { files, key, others }: Watched,
  witness: WitnessKey,
  state: WitnessState,
  now: () => Date,
): Promise<Round> {
  const standing = await state.alarm();
  if (standing) return { alarm: standing };
  const bytes = await files.read(CHECKPOINT_PATH);
  if (!bytes) return { trouble: 'The log has no checkpoint yet.' };
  const { checkpoint, why } = await readCheckpoint(bytes, key, tools);
  if (!checkpoint || why) return { trouble: `Its checkpoint is refused: ${why}` };
  const offered = new TextDecoder().decode(bytes);
  const raise = async (kind: Alarm['kind'], reason: string, before: string): Promise<Round> => {
    const alarm: Alarm = { kind, why: reason, at: now().toISOString(), before, offered };
    await state.raise(alarm);
    return { alarm };
  };
  const last = await state.last();
  const seen = last === null ? null : checkpointOf(last);
  if (last !== null && !seen) return { trouble: 'The state of this witness cannot be read.' };
  if (last !== null && seen) {
    const doubt = await contradiction(seen, checkpoint, files);
    if (doubt && 'trouble' in doubt) return doubt;
    if (doubt) return raise(doubt.kind, doubt.why, last);
  }
  for (const other of others) {
    const theirs = await seenBy(other, key);
    if ('trouble' in theirs) return theirs;
    // What they saw later is compared when we have seen as much.
    if (theirs.checkpoint.size > checkpoint.size) continue;
    const doubt = await contradiction(theirs.checkpoint, checkpoint, files);
    if (doubt && 'trouble' in doubt) return doubt;
    if (doubt)
      return raise('split view', `${other} has seen another log: ${doubt.why}`, theirs.note);
  }
  const note = parseNote(offered);
  if (!note) return { trouble: 'Its checkpoint is no note.' };
  const cosignature = await cosignNote(note.text, witness.key, now(), witness.sign, tools.sha256);
  await state.keep(writeNote({ ...note, signatures: [...note.signatures, cosignature] }));
  return { cosigned: checkpoint };
}

/** Why two checkpoints of a log cannot both be of one that only grows; null when they can. */
async function contradiction(
  before: Checkpoint,
  after: Checkpoint,
  files: Pick<LogFiles, 'read'>,
): Promise<Pick<Alarm, 'kind' | 'why'> | { trouble: string } | null> {
  if (after.size < before.size) {
    const why = `It had ${before.size} entries, and says now that it has ${after.size}.`;
    return { kind: 'rolled back', why };
  }
  if (after.size === before.size) {
    return sameHash(before.root, after.root)
      ? null
      : { kind: 'split view', why: `It has signed two trees of ${after.size} entries.` };
  }
  const growth = await checkGrowth(before, after, files, tools);
  if (growth.state === 'holds') return null;
  if (growth.state === 'unchecked') return { trouble: growth.why };
  return { kind: 'rewritten', why: growth.why };
}

const checkpointOf = (note: string): Checkpoint | null => {
  const parsed = parseNote(note);
  return parsed && parseCheckpoint(parsed.text);
};

async function seenBy(
  other: string,
  key: VerifierKey,
): Promise<{ checkpoint: Checkpoint; note: string } | { trouble: string }> {
  const base = addressOf(other.endsWith('/') ? other : `${other}/`, 'Another witness');
  const bytes = await fetchBytes(new URL('checkpoint', base), LONGEST_NOTE);
  const text = bytes ? new TextDecoder().decode(bytes) : '';
  const note = parseNote(text);
  const checkpoint = note && parseCheckpoint(note.text);
  if (!checkpoint || !(await signatureBy(note, key, tools.verify, tools.sha256))) {
    return { trouble: `${base.host} shows no checkpoint that this log has signed.` };
  }
  return { checkpoint, note: text };
}

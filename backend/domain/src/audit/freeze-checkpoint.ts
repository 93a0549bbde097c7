// Which checkpoints of the log are anchored: one is frozen after so many entries, or so much time.
import type { AuditAnchor } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import type { AnchoringPorts, AnchorLimits } from './anchor-ports';
import { toHex } from './hex';

/** Whether a checkpoint of this size is due after the newest anchor. A clock that went back counts as time over. */
export function isDue(
  newest: Pick<AuditAnchor, 'size' | 'frozen_at'> | null,
  size: number,
  { entries, seconds }: AnchorLimits,
  now: Date,
): boolean {
  if (!newest) return size > 0;
  const grown = size - newest.size;
  if (grown <= 0) return false;
  const age = now.getTime() - Date.parse(newest.frozen_at);
  return grown >= entries || age < 0 || age >= seconds * 1000;
}

/**
 * Freezes the checkpoint of the log when it is due, in place of those that were frozen before and never sent: it covers
 * what they cover. Throws `conflict` when the log is shorter than what was frozen of it.
 */
export async function freezeCheckpoint(
  { book, log, clock }: Pick<AnchoringPorts, 'book' | 'log' | 'clock'>,
  limits: AnchorLimits,
): Promise<boolean> {
  const [at, newest] = [await log.checkpoint(), await book.newest()];
  if (newest && (at?.size ?? 0) < newest.size) {
    throw new Fault(
      'conflict',
      `The audit log has ${at?.size ?? 0} entries, though ${newest.size} were frozen for the chain: entries are missing.`,
      { fix: 'Restore the directory of the log from a backup that is as long, or longer.' },
    );
  }
  if (!at || !isDue(newest, at.size, limits, clock())) return false;
  const added = await book.add({
    size: at.size,
    root: toHex(at.root),
    checkpoint: at.note,
    previous_size: null,
    consistency: [],
    state: 'pending',
    transactions: [],
    sending: null,
    place: null,
    earlier: [],
    frozen_at: clock().toISOString(),
    sent_at: null,
    confirmed_at: null,
    last_error: null,
  });
  await book.dropUnsent(at.size);
  return added;
}

// The door of telemetry: one batch of behaviour in, acknowledged once it is durable in the bus.
import { replayedTelemetry } from '@verity/domain/alerts/reports';
import type { Bus } from '@verity/domain/bus/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { replaySignal } from '@verity/domain/risk/signals';
import { Fault } from '@verity/protocol/faults';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { TelemetryMessage } from '@verity/protocol/telemetry/messages';
import { TELEMETRY_LIMITS, type BehavioralData } from '@verity/protocol/telemetry/schemas';
import type { EventHandlers } from '../socket/handler';
import type { TelemetryCount } from '../socket/statistics';
import { batchDigest } from './batch-digest';

/** The gate behind the door: numbers, nonces and fingerprints of a session, and the bus, in one atomic step. */
export interface TelemetryIntake {
  /**
   * Resolves with the entry's id when the bus has the batch. Throws `duplicate`, `replayed`, `out-of-order`,
   * `back-pressure`, `unavailable`.
   */
  accept(batch: {
    sessionId: SessionId;
    userId: UserId;
    seq: number;
    nonce: string;
    digest: Uint8Array;
    /** What the digest covers: a few events may repeat by chance. */
    digestCounts: { keystrokes: number; movements: number };
    message: TelemetryMessage;
  }): Promise<string>;
}

export interface TelemetryNeeds {
  intake: TelemetryIntake;
  bus: Pick<Bus, 'publish'>;
  clock: Clock;
  count: TelemetryCount;
}

export const telemetryEvents = (needs: TelemetryNeeds): Partial<EventHandlers> => ({
  async behavioral_data(batch, { rights }) {
    const now = needs.clock();
    try {
      checkTime(batch, now);
      await needs.intake.accept({
        sessionId: rights.id,
        userId: rights.userId,
        seq: batch.seq,
        nonce: batch.nonce,
        digest: batchDigest(batch),
        digestCounts: {
          keystrokes: batch.keystrokes.length,
          movements: batch.mouseMovements.length + batch.touches.length,
        },
        message: {
          session_id: rights.id,
          user_id: rights.userId,
          received_at: now.toISOString(),
          batch,
        },
      });
    } catch (error) {
      if (error instanceof Fault) {
        needs.count.refuse(error.code);
        if (error.code === 'replayed') await reportReplay(needs, batch, rights, now);
      }
      throw error;
    }
    needs.count.accepted += 1;
    return { seq: batch.seq };
  },
});

/** Throws when the batch claims to have been measured later than now, or too long ago. */
export function checkTime(batch: BehavioralData, now: Date): void {
  const lateMs = now.getTime() - batch.started_at;
  const aheadMs = Math.round(newestEventMs(batch) - lateMs);
  if (aheadMs > TELEMETRY_LIMITS.futureMs) {
    throw new Fault('from-the-future', `The batch reaches ${aheadMs} ms into the future.`, {
      fix: 'Correct the clock by `now` of connection_response.',
    });
  }
  if (lateMs > TELEMETRY_LIMITS.lateMs) {
    throw new Fault('too-late', `The batch began ${Math.round(lateMs / 1000)} s ago.`, {
      fix: `Send batches within ${TELEMETRY_LIMITS.lateMs / 60_000} minutes; drop this one.`,
    });
  }
}

/** Of the newest event, or of the beginning when there is none later: ms since `started_at`. */
function newestEventMs({
  keystrokes,
  mouseMovements,
  clicks,
  scrolls,
  touches,
  focus,
}: BehavioralData): number {
  let newest = 0;
  for (const [, at] of keystrokes) if (at > newest) newest = at;
  for (const list of [mouseMovements, clicks, scrolls, touches, focus]) {
    for (const [at] of list) if (at > newest) newest = at;
  }
  return newest;
}

/** Whoever plays back a recording holds the token: that counts against the session, and a human is told. */
async function reportReplay(
  { bus }: TelemetryNeeds,
  batch: BehavioralData,
  rights: SessionRights,
  now: Date,
): Promise<void> {
  await Promise.all([
    bus.publish('stream:findings', {
      session_id: rights.id,
      user_id: rights.userId,
      observed_at: now.toISOString(),
      cause: 'replay',
      observations: [replaySignal()],
    }),
    bus.publish(
      'stream:alerts',
      replayedTelemetry({
        sessionId: rights.id,
        userId: rights.userId,
        userEmail: rights.userEmail,
        address: rights.address,
        same: 'timing',
        seq: batch.seq,
        at: now,
      }),
      { priority: 2 },
    ),
  ]);
}

// Audit events that are told to a job, and the records that they become: the same ones, however often the job runs.
import { z } from 'zod';
import { Action } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import { Instant } from '@verity/protocol/ids';
import { uuidV7 } from '../kernel/ids';
import type { Sha256 } from './merkle';
import type { Journal } from './ports';

/** Clocks of two machines may differ by so much. */
const SKEW_MS = 60_000;

export const AuditEvent = z.strictObject({
  action: Action.describe('What was done, e.g. policy.changed').refine(
    (action) => String(action) !== 'person.erased',
    'erases a person: that is done on their page, never by a record alone',
  ),
  subject: z.string().min(1).max(200).describe('What it was done to, e.g. session:{id}'),
  outcome: z.enum(['success', 'failure']).default('success').describe('How it ended'),
  actor: z.string().min(1).max(200).optional().describe('Who did it; who runs this when left out'),
  address: z.string().max(100).nullable().default(null).describe('Network address of who did it'),
  details: z.record(z.string(), z.unknown()).default({}).describe('Facts; no secrets'),
  at: Instant.optional().describe('When it was done; now when left out'),
});
export type AuditEvent = z.output<typeof AuditEvent>;

/** The job that tells events. */
export interface Telling {
  readonly id: string;
  readonly at: Date;
  readonly by: string;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** Puts events on their way into the log, in their order. Throws `from-the-future` before any of them is. */
export async function recordEvents(
  events: readonly AuditEvent[],
  run: Telling,
  { journal, sha256 }: { journal: Journal; sha256: Sha256 },
): Promise<string[]> {
  const late = run.at.getTime() + SKEW_MS;
  const early = events.findIndex(({ at }) => at !== undefined && Date.parse(at) > late);
  if (early >= 0) {
    throw new Fault('from-the-future', `Event ${early} lies in the future of the job.`, {
      fix: 'Record what has happened, with the time when it did, in UTC.',
    });
  }
  const ids: string[] = [];
  for (const [position, { at, actor, details, ...event }] of events.entries()) {
    run.signal.throwIfAborted();
    const id = idOf(run.id, position, run.at, sha256);
    await journal.record({
      ...event,
      id,
      at: at === undefined ? run.at : new Date(at),
      actor: actor ?? run.by,
      // Nobody puts a record into another's name unseen.
      details: { ...details, recorded_by: run.by },
    });
    ids.push(id);
    run.progress(ids.length, events.length);
  }
  return ids;
}

/** By job and place: a second run gives the same ids, and the log takes each once. */
const idOf = (job: string, position: number, at: Date, sha256: Sha256): string =>
  uuidV7(at.getTime(), sha256(new TextEncoder().encode(`${job} ${position}`)));

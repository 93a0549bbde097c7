// A model that goes on learning as the platform's does: by the same rules of when to train, and behind the same guard.
import { lessonOf, trainingDue, windowsToRead } from '@verity/domain/risk/lesson';
import type { ModelKind, ReadyModel } from '@verity/domain/risk/model-kind';
import type { Modality, WindowRecord } from '@verity/domain/risk/ports';
import type { SessionId, UserId } from '@verity/protocol/ids';

const DAY_MS = 86_400_000;

/** A window and the sitting that it comes from. */
export interface Made {
  features: Float64Array;
  sitting: string;
}

export interface FollowOptions {
  /** Without the guard everything that is handed in teaches. */
  guarded?: boolean;
  /** Windows of other enrolled people, person by person. */
  others?: readonly (readonly Float64Array[])[];
}

export interface Follower {
  readonly model: ReadyModel;
  /** Windows that were handed in and learnt, or refused, since the enrolment. */
  readonly counts: { readonly taught: number; readonly refused: number };
  /** Hands in a window that was made on that day, counted from the enrolment. True when a newer model came of it. */
  learn(made: Made, day: number): boolean;
}

/** Enrols somebody on windows, oldest first. */
export function follow(
  kind: ModelKind,
  modality: Modality,
  enrolled: readonly Made[],
  { guarded = true, others = [] }: FollowOptions = {},
): Follower {
  const rules = guarded ? kind : { windows: kind.windows };
  let serial = 0;
  const record = ({ features, sitting }: Made, day: number): WindowRecord => ({
    id: `${serial}`,
    userId: 'person' as UserId,
    sessionId: sitting as SessionId,
    modality,
    // One after the other within their day.
    at: new Date(day * DAY_MS + serial++),
    features: features as unknown as number[],
  });
  let stored = enrolled.map((made) => record(made, 0));
  let trained: { artefact: string; trainedAt: Date; windows: number; learntTo: Date } | null = null;
  let model!: ReadyModel;
  const counts = { taught: 0, refused: 0 };
  const train = (day: number): boolean => {
    const before = trained && { record: trained, model };
    const { learn, refused } = lessonOf(rules, before, stored.slice(-windowsToRead(kind)));
    const gone = new Set(refused);
    stored = stored.filter((one) => !gone.has(one));
    counts.refused += refused.length;
    if (!learn) return false;
    const since = trained?.learntTo ?? null;
    if (since) counts.taught += learn.filter(({ at }) => at > since).length;
    const trainedAt = new Date(day * DAY_MS + serial);
    const artefact = kind.train({
      modality,
      version: 1,
      now: trainedAt,
      windows: learn.map(({ features }) => features as unknown as Float64Array),
      sittings: learn.map(({ sessionId }) => sessionId),
      others,
      before: guarded ? (trained?.artefact ?? null) : null,
    });
    const learntTo = learn.at(-1)?.at as Date;
    trained = { artefact, trainedAt, windows: learn.length, learntTo };
    // What is older than all that is learnt from is let go, as the platform does.
    const oldest = learn[0]?.at;
    if (oldest && learn.length === kind.windows.most) {
      stored = stored.filter(({ at }) => at >= oldest);
    }
    model = kind.parse(artefact);
    return true;
  };
  train(0);
  return {
    get model() {
      return model;
    },
    counts,
    learn(made, day) {
      const one = record(made, day);
      stored.push(one);
      return trainingDue(stored.length, trained, one.at, rules) && train(day);
    },
  };
}

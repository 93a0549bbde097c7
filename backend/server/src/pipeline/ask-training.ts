// Asks for the training of a model: one job at a time for each, however many processes and sessions want it.
import type { JobStates } from '@verity/domain/jobs/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Trainee } from '@verity/domain/risk/train-model';
import type { Enqueuer } from '@verity/jobs/enqueue';
import type { JobId } from '@verity/protocol/ids';

/** After a training that failed for good: what hindered it hinders the next. */
const REST_MS = 10 * 60_000;

/** Which job was asked for last. */
export interface TrainingMarks {
  read(name: string): Promise<JobId | null>;
  /** False when it is no longer `before`: somebody else was faster. */
  replace(name: string, before: JobId | null, next: JobId): Promise<boolean>;
}

export interface AskTrainingNeeds {
  enqueue: Enqueuer['enqueue'];
  states: Pick<JobStates, 'byId'>;
  marks: TrainingMarks;
  newId: NewId;
  clock: Clock;
}

export type AskTraining = (trainee: Trainee) => Promise<void>;

/** Does nothing while a job for the same model waits or runs, or has just failed. */
export const askTraining =
  ({ enqueue, states, marks, newId, clock }: AskTrainingNeeds): AskTraining =>
  async ({ user, modality, track }) => {
    const name = `${user}:${modality}:${track}`;
    const last = await marks.read(name);
    const job = last && (await states.byId(last));
    if (job) {
      if (job.ended_at === null) return;
      const endedMs = clock().getTime() - Date.parse(job.ended_at);
      if (job.state === 'failed' && endedMs < REST_MS) return;
    }
    const id = newId<JobId>();
    if (!(await marks.replace(name, last, id))) return;
    await enqueue('train_user_behavioral_model', { user_id: user, modality, track }, { id });
  };

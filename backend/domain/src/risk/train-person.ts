// Trains what is wanted of one person, and says who has anything that is due.
import type { UserId } from '@verity/protocol/ids';
import { TRACKS, trackAt } from './learning-terms';
import { trainingDue } from './lesson';
import { isKnown, kindOf } from './model-kinds';
import type { BehaviourModels, BehaviourWindows, Modality, Terms, Track } from './ports';
import {
  trainModel,
  type Occasion,
  type Trainee,
  type Training,
  type TrainingPorts,
} from './train-model';

export interface PersonTraining extends Training {
  modality: Modality;
  track: Track;
}

export interface TrainingWish {
  user: UserId;
  /** Every way of behaving of which there are windows, when absent. */
  modality?: Modality | undefined;
  /** Those that are in force, when absent. */
  track?: Track | undefined;
  occasion: Occasion;
}

/** One model after the other. What hinders one does not keep the others waiting: it is thrown at the end. */
export async function trainPerson(
  ports: TrainingPorts,
  wish: TrainingWish,
  run: {
    signal?: AbortSignal;
    progress?: (done: number, total: number, note: string) => void;
  } = {},
): Promise<PersonTraining[]> {
  const trainees = await traineesOf(ports, wish);
  const done: PersonTraining[] = [];
  const problems: unknown[] = [];
  for (const [index, trainee] of trainees.entries()) {
    run.signal?.throwIfAborted();
    const { modality, track } = trainee;
    run.progress?.(index, trainees.length, `${modality}, ${track}`);
    try {
      done.push({
        modality,
        track,
        ...(await trainModel(ports, trainee, wish.occasion, run.signal)),
      });
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
  return done;
}

async function traineesOf(
  ports: Pick<TrainingPorts, 'windows' | 'terms' | 'clock'>,
  { user, modality, track }: TrainingWish,
): Promise<Trainee[]> {
  const tracks = track ? [track] : await tracksInForce(ports, user);
  const trainees: Trainee[] = [];
  for (const one of tracks) {
    const counts = await ports.windows.count(user, one);
    const modalities = modality ? [modality] : knownOf(counts);
    trainees.push(...modalities.map((each) => ({ user, modality: each, track: one })));
  }
  return trainees;
}

export interface DuePorts {
  windows: Pick<BehaviourWindows, 'count'>;
  models: Pick<BehaviourModels, 'list'>;
  terms: Pick<Terms, 'of'>;
  clock: TrainingPorts['clock'];
}

/** Whether any model of the person is worth training now. Light: no artefact is read. */
export async function isAnythingDue(ports: DuePorts, user: UserId): Promise<boolean> {
  const models = await ports.models.list(user);
  for (const track of await tracksInForce(ports, user)) {
    const counts = await ports.windows.count(user, track);
    for (const modality of knownOf(counts)) {
      const newest = models
        .filter((model) => model.modality === modality && (model.track ?? 'standing') === track)
        .reduce<(typeof models)[number] | null>(
          (best, model) => (best && best.version > model.version ? best : model),
          null,
        );
      const count = counts[modality] ?? 0;
      if (trainingDue(count, newest, ports.clock(), kindOf(modality))) return true;
    }
  }
  return false;
}

async function tracksInForce(
  { terms, clock }: Pick<TrainingPorts, 'terms' | 'clock'>,
  user: UserId,
): Promise<Track[]> {
  const now = trackAt(await terms.of(user), clock());
  return TRACKS.filter((track) => track === 'standing' || track === now);
}

const knownOf = (counts: Record<Modality, number>): Modality[] =>
  (Object.entries(counts) as [Modality, number][])
    .filter(([modality, windows]) => windows > 0 && isKnown(modality))
    .map(([modality]) => modality);

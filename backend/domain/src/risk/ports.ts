// What risk needs of the world: the course of scores, models of behaviour and the windows that they learn from.
import type { PetitionId, SessionId, UserId } from '@verity/protocol/ids';
import type { Band, RiskScore } from '@verity/protocol/risk/schemas';
import type { Modality } from '../kernel/behaviour-features';
import type { LearningTerms } from './learning-terms';

export type { Modality };

/** Of windows and models: the standing ones, or those of a temporary baseline, which end with it. */
export type Track = 'standing' | 'temporary';

export interface RiskPointRecord {
  /** Id of the message behind it, so that a second delivery is stored once. */
  id: string;
  sessionId: SessionId;
  at: Date;
  riskScore: number;
  band: Band;
}

export interface RiskHistory {
  /** Many at once; points that are there already are left alone. */
  add(points: RiskPointRecord[]): Promise<void>;
  ofSession(session: SessionId, since: Date): Promise<RiskPointRecord[]>;
  /** Mean and maximum over all sessions, a minute each. */
  course(since: Date): Promise<{ at: Date; mean: number; max: number }[]>;
  countOfSessions(sessions: SessionId[]): Promise<number>;
  /** How many minutes were removed. */
  removeOfSessions(sessions: SessionId[]): Promise<number>;
}

/** The newest score of each live session, in Redis as `risk:{id}`. */
export interface LiveRisk {
  get(session: SessionId): Promise<RiskScore | null>;
  many(sessions: SessionId[]): Promise<(RiskScore | null)[]>;
}

export interface WindowRecord {
  id: string;
  userId: UserId;
  sessionId: SessionId;
  modality: Modality;
  at: Date;
  features: number[];
  /** `standing` when absent. */
  track?: Track;
}

export interface BehaviourWindows {
  add(windows: WindowRecord[]): Promise<void>;
  /** The newest `limit` windows of a person in a track, oldest first. */
  ofUser(user: UserId, modality: Modality, limit: number, track?: Track): Promise<WindowRecord[]>;
  /**
   * The newest windows of other people, person by person, oldest first: at most so many people, neighbours in the order of
   * ids, and so many windows of each; who has fewer than `least` is left out.
   */
  ofOthers(
    user: UserId,
    modality: Modality,
    wanted: { people: number; windows: number; least: number },
  ): Promise<WindowRecord[][]>;
  /** By modality; those of free typing and the mouse are always there. */
  count(user: UserId, track?: Track): Promise<Record<Modality, number>>;
  /** The newest `limit` windows that a session left, whatever their track. */
  ofSession(session: SessionId, modality: Modality, limit: number): Promise<WindowRecord[]>;
  /** All of a person, whatever their track. */
  walk(user: UserId): AsyncIterable<WindowRecord>;
  /** Everybody of whom windows are stored, in the order of ids, behind `after` when it is given. */
  people(after?: UserId): AsyncIterable<UserId>;
  /** Takes back what the guard refuses. */
  remove(ids: string[]): Promise<void>;
  /** Lets go of what is older than the windows that are learnt from. */
  removeBefore(user: UserId, modality: Modality, at: Date, track?: Track): Promise<void>;
  /** Takes back what a session taught, when its person says that it was somebody else. */
  removeOfSession(session: SessionId): Promise<void>;
  /** How many were removed. */
  removeOfUser(user: UserId, which: { track?: Track; until?: Date }): Promise<number>;
}

export interface ModelRecord {
  userId: UserId;
  modality: Modality;
  /** Grows over all tracks. */
  version: number;
  trainedAt: Date;
  /** Windows that it was trained on. */
  windows: number;
  /** When the newest window that it learnt was made; newer ones wait, or came later. */
  learntTo?: Date | undefined;
  /** The artefact as its kind made it (see model-kind.ts), JSON. */
  artefact: string;
  /** `standing` when absent. */
  track?: Track;
}

/** That there is a version, and since when. */
export interface ModelNews extends Pick<ModelRecord, 'userId' | 'modality' | 'version' | 'track'> {
  storedAt: Date;
}

export interface BehaviourModels {
  newest(user: UserId, modality: Modality, track?: Track): Promise<ModelRecord | null>;
  /** The newest model of each modality. */
  newestOfUser(user: UserId, track?: Track): Promise<ModelRecord[]>;
  /** The highest version over all tracks; 0 when there is none. */
  lastVersion(user: UserId, modality: Modality): Promise<number>;
  add(model: ModelRecord): Promise<void>;
  /** Everything but the artefacts, newest first. */
  list(user: UserId): Promise<Omit<ModelRecord, 'artefact'>[]>;
  /** Versions that were stored then or later, by the clock of who stored them, oldest first. */
  storedSince(at: Date): Promise<ModelNews[]>;
  /** How many were removed. */
  removeOfUser(user: UserId, which: { track?: Track; trainedSince?: Date }): Promise<number>;
}

/** The terms of those for whom something was agreed or erased. */
export interface Terms {
  /** The usual terms when nothing was agreed. */
  of(user: UserId): Promise<LearningTerms>;
  many(users: UserId[]): Promise<Map<UserId, LearningTerms>>;
  changedSince(at: Date): Promise<LearningTerms[]>;
  /** Those whose temporary baseline has run out by then. */
  due(at: Date): Promise<LearningTerms[]>;
  change(
    user: UserId,
    changes: Partial<Pick<LearningTerms, 'erasedAt' | 'temporary' | 'household'>>,
    at: Date,
  ): Promise<LearningTerms>;
  disown(user: UserId, session: SessionId, at: Date): Promise<LearningTerms>;
  /** True for exactly one caller. */
  endTemporary(user: UserId, petition: PetitionId, at: Date): Promise<boolean>;
}

// What risk needs of the world: the course of scores, models of behaviour and the windows that they learn from.
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Band, RiskScore } from '@verity/protocol/risk/schemas';
import type { Modality } from '../kernel/behaviour-features';

export type { Modality };

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
}

export interface BehaviourWindows {
  add(windows: WindowRecord[]): Promise<void>;
  /** The newest `limit` windows of a person, oldest first. */
  ofUser(user: UserId, modality: Modality, limit: number): Promise<WindowRecord[]>;
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
  count(user: UserId): Promise<Record<Modality, number>>;
  /** Takes back what a session taught, when its person says that it was somebody else. */
  removeOfSession(session: SessionId): Promise<void>;
}

export interface ModelRecord {
  userId: UserId;
  modality: Modality;
  version: number;
  trainedAt: Date;
  /** Windows that it was trained on. */
  windows: number;
  /** The artefact as its kind made it (see model-kind.ts), JSON. */
  artefact: string;
}

export interface BehaviourModels {
  newest(user: UserId, modality: Modality): Promise<ModelRecord | null>;
  /** The newest model of each modality. */
  newestOfUser(user: UserId): Promise<ModelRecord[]>;
  add(model: ModelRecord): Promise<void>;
}

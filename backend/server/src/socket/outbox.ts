// What waits for one socket: the newest score of each session, and everything else up to a bound.
import { isAfter } from './event-id';
import type { Said } from './said';
import type { VeritySocket } from './server';
import { isFree, write } from './wire';

/** Events handed to a connection at once; the rest waits until it has taken these, and may be replaced meanwhile. */
const HANDFUL = 128;
/** Events besides risk updates that are kept for a slow reader. Beyond, it is told to read its lists again. */
export const MOST_KEPT = 1_000;

export interface Positions {
  risk: string;
  announcements: string;
}

export class Outbox {
  /**
   * Newest score of each session in two generations, both in the order of their ids: one is sent, then the other. So
   * ids go out in order, which makes the last one a mark that a client can come back with, and a session that
   * changes all the time cannot keep another one waiting.
   */
  private sending: Map<string, Said> | null = null;
  private scores: Map<string, Said> | null = null;
  private kept: Said[] = NOTHING;
  /** Id of the newest event that was given up for want of room. */
  private givenUp: string | null = null;
  /** What the client has already, although this process may only hear of it now: nothing up to these ids goes out. */
  private knownScore: string | null = null;
  private knownKept: string | null = null;
  private greeting: Buffer | null = null;

  constructor(readonly socket: VeritySocket) {}

  /** Events that wait: at most two for each session and MOST_KEPT others, however slow the reader. */
  get size(): number {
    return (this.sending?.size ?? 0) + (this.scores?.size ?? 0) + this.kept.length;
  }

  /** True when a score may be written to the connection without looking at it. */
  get isIdle(): boolean {
    return this.knownScore === null && this.isEmpty;
  }

  /** `frame` goes out once everything put so far has; what comes with an id up to `known` is left out. */
  caughtUp(frame: Buffer, known: Positions): void {
    this.greeting = frame;
    this.knownScore = known.risk;
    this.knownKept = known.announcements;
  }

  putScore(said: Said): void {
    if (this.knownScore !== null && !isAfter(said.id, this.knownScore)) return;
    this.knownScore = null;
    this.scores ??= new Map();
    this.scores.delete(said.key);
    this.scores.set(said.key, said);
  }

  putKept(said: Said): void {
    if (this.knownKept !== null && !isAfter(said.id, this.knownKept)) return;
    this.knownKept = null;
    if (this.kept.length >= MOST_KEPT) {
      this.givenUp = this.kept.at(-1)?.id ?? said.id;
      this.kept = NOTHING;
    }
    if (this.kept === NOTHING) this.kept = [];
    this.kept.push(said);
  }

  /** Sends what the connection can take now. True when nothing waits any more. */
  flush(missed: (upTo: string) => Buffer): boolean {
    if (!this.socket.connected) {
      this.drop();
      return true;
    }
    if (this.isEmpty) return true;
    if (!isFree(this.socket)) return false;
    const frames: Buffer[] = [];
    if (this.givenUp !== null) frames.push(missed(this.givenUp));
    this.givenUp = null;
    for (const { frame } of this.kept.splice(0, HANDFUL)) frames.push(frame);
    if (this.kept.length === 0) this.kept = NOTHING;
    this.takeScores(frames);
    if (this.greeting && !this.sending && this.kept.length === 0) {
      frames.push(this.greeting);
      this.greeting = null;
    }
    write(this.socket, frames);
    return this.isEmpty;
  }

  private takeScores(frames: Buffer[]): void {
    if (!this.sending) {
      this.sending = this.scores;
      this.scores = null;
    }
    if (!this.sending) return;
    for (const [key, { frame }] of this.sending) {
      if (frames.length >= HANDFUL) return;
      this.sending.delete(key);
      frames.push(frame);
    }
    this.sending = null;
  }

  private get isEmpty(): boolean {
    return this.size === 0 && this.givenUp === null && this.greeting === null;
  }

  private drop(): void {
    this.sending = null;
    this.scores = null;
    this.kept = NOTHING;
    this.givenUp = null;
    this.greeting = null;
  }
}

/** Most sockets never wait: they share one empty list. */
const NOTHING: Said[] = [];

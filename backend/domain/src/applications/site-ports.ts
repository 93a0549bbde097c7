// What protected sites need of the world: one-time codes, and the sessions behind their cookies.
import type { ApplicationId, SessionId } from '@verity/protocol/ids';

/** A browser on its way into a site. */
export interface SiteCode {
  session: SessionId;
  application: ApplicationId;
  origin: string;
  /** Path on the site to go on to. */
  to: string;
  /** SHA-256 of what the browser was given when it began. */
  state: string;
}

export interface SiteEntry {
  session: SessionId;
  application: ApplicationId;
  origin: string;
}

/** Everything is known by the hash of what the browser holds. Every method throws `unavailable` when Redis is away. */
export interface SiteSessions {
  addCode(hash: string, code: SiteCode): Promise<void>;
  /** For exactly one caller, within a minute. */
  takeCode(hash: string): Promise<SiteCode | null>;
  enter(hash: string, entry: SiteEntry, seconds: number): Promise<void>;
  entry(hash: string): Promise<SiteEntry | null>;
  leave(hash: string): Promise<void>;
  /** Applications whose sites the session has entered. */
  enteredBy(session: SessionId): Promise<ApplicationId[]>;
}

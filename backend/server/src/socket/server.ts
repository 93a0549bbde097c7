// The types of the socket server: what its events carry, and what it knows of each socket.
import type { Server, Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '@verity/protocol/events';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Resume } from '@verity/protocol/realtime/handshake';
import type { SessionRights } from '@verity/domain/identity/ports';

/** What server processes tell one another. */
export interface BetweenServers {
  /** The rights of a session have changed: look again. */
  rights_changed(session: SessionId): void;
  /** Asks every process for its share of the statistics. */
  statistics(answer: (share: ShareOfStatistics) => void): void;
}

export interface ShareOfStatistics {
  connections: number;
  users: UserId[];
  rooms: string[];
  eventsPerSecond: number;
  telemetry: { accepted: number; refused: Record<string, number> };
}

export interface SocketData {
  rights: SessionRights;
  /** Epoch milliseconds at which the token that opened it ends. */
  tokenExpiresAt: number;
  /** Least sequence number that its next batch may have, read at the handshake. */
  nextSeq: number;
  /** Where it goes on, until it does; rooms that it may be in. */
  resume?: Resume;
  /** Opened by a collector token: it delivers behaviour, hears of its own session, and nothing else. */
  collector: boolean;
}

/** The part of a pino logger that is used here. */
export interface Log {
  error(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
}

export type VerityServer = Server<ClientToServer, ServerToClient, BetweenServers, SocketData>;
export type VeritySocket = Socket<ClientToServer, ServerToClient, BetweenServers, SocketData>;

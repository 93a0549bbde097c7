// What the sockets of a process are doing, and of all processes together.
import type { RealtimeStatistics } from '@verity/protocol/operations/routes';
import type { ShareOfStatistics, VerityServer } from './server';

const WINDOW_SECONDS = 10;

/** Events a second over the last ten seconds. */
export class EventRate {
  private readonly counts = new Array<number>(WINDOW_SECONDS).fill(0);
  private second = 0;

  count(events: number, nowMs = performance.now()): void {
    this.move(nowMs);
    const slot = this.second % WINDOW_SECONDS;
    this.counts[slot] = (this.counts[slot] ?? 0) + events;
  }

  perSecond(nowMs = performance.now()): number {
    this.move(nowMs);
    return this.counts.reduce((sum, count) => sum + count, 0) / WINDOW_SECONDS;
  }

  private move(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const from = Math.max(this.second + 1, second - WINDOW_SECONDS + 1);
    for (let passed = from; passed <= second; passed++) this.counts[passed % WINDOW_SECONDS] = 0;
    this.second = Math.max(this.second, second);
  }
}

/** Telemetry batches taken, and refused by fault code. */
export class TelemetryCount {
  accepted = 0;
  readonly refused: Record<string, number> = {};

  refuse(code: string): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
  }
}

export interface SocketStatistics {
  realtime: RealtimeStatistics;
  telemetry: { accepted: number; refused: Record<string, number> };
}

export function shareOf(
  io: VerityServer,
  rate: EventRate,
  telemetry: TelemetryCount,
): ShareOfStatistics {
  const { sockets, adapter } = io.of('/');
  const users = new Set(Array.from(sockets.values(), (socket) => socket.data.rights.userId));
  return {
    connections: sockets.size,
    users: [...users],
    // Every socket has a room of its own, which nobody joined.
    rooms: Array.from(adapter.rooms.keys()).filter((room) => !sockets.has(room)),
    eventsPerSecond: rate.perSecond(),
    telemetry: { accepted: telemetry.accepted, refused: { ...telemetry.refused } },
  };
}

export function together(shares: ShareOfStatistics[]): SocketStatistics {
  const refused: Record<string, number> = {};
  for (const share of shares) {
    for (const [code, count] of Object.entries(share.telemetry.refused)) {
      refused[code] = (refused[code] ?? 0) + count;
    }
  }
  const sum = (of: (share: ShareOfStatistics) => number): number =>
    shares.reduce((total, share) => total + of(share), 0);
  return {
    realtime: {
      total_connections: sum((share) => share.connections),
      unique_users: new Set(shares.flatMap((share) => share.users)).size,
      rooms: new Set(shares.flatMap((share) => share.rooms)).size,
      events_per_second: sum((share) => share.eventsPerSecond),
    },
    telemetry: { accepted: sum((share) => share.telemetry.accepted), refused },
  };
}

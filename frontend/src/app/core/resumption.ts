// Where the live connection goes on after a cut: the rooms that it was in, and the last event seen of each kind of id.
import type { Resume, Seen } from '@verity/protocol/realtime/handshake';

export class Resumption {
  private seen: Seen | undefined;
  private readonly rooms = new Set<string>();

  /** What the handshake carries besides the token: nothing at first. */
  auth(): { resume?: Resume } {
    return this.seen ? { resume: { seen: this.seen, rooms: [...this.rooms] } } : {};
  }

  joined(room: string): void {
    this.rooms.add(room);
  }

  left(room: string): void {
    this.rooms.delete(room);
  }

  saw(event: string, payload: unknown): void {
    const id = (payload as { event_id?: string } | undefined)?.event_id;
    // Before the first `caught_up` nothing says what came before.
    if (!id || !this.seen) return;
    this.raise(event === 'risk_score_update' ? { risk: id } : { announcements: id });
  }

  /** Everything up to these ids was sent. True when it was not the first time. */
  caughtUp(seen: Seen): boolean {
    const again = this.seen !== undefined;
    this.seen ??= {};
    this.raise(seen);
    return again;
  }

  /** Somebody else may sign in next. */
  forget(): void {
    this.seen = undefined;
    this.rooms.clear();
  }

  private raise({ risk, announcements }: Seen): void {
    this.seen = {
      ...this.seen,
      ...(risk ? { risk: later(this.seen?.risk, risk) } : {}),
      ...(announcements ? { announcements: later(this.seen?.announcements, announcements) } : {}),
    };
  }
}

function later(a: string | undefined, b: string): string {
  if (!a) return b;
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return (aMs - bMs || aSeq - bSeq) > 0 ? a : b;
}

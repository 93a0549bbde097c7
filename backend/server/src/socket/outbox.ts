// The risk updates that wait for one socket: the newest of each session, sent when its connection can take them.
import type { ServerEventPayload } from '@verity/protocol/events';
import type { SessionId } from '@verity/protocol/ids';
import type { VeritySocket } from './server';

type Update = ServerEventPayload<'risk_score_update'>;

/** Updates handed to a connection at once; the rest waits until it has taken these, and may be replaced meanwhile. */
const HANDFUL = 128;

export class Outbox {
  private readonly waiting = new Map<SessionId, Update>();
  private listening = false;

  constructor(private readonly socket: VeritySocket) {}

  /** Sessions with an update that waits: never more than there are sessions, however slow the reader. */
  get size(): number {
    return this.waiting.size;
  }

  put(update: Update): void {
    this.waiting.set(update.session_id, update);
  }

  /** Sends what the connection can take now; comes back by itself for the rest. */
  flush(): void {
    const { conn } = this.socket;
    if (this.waiting.size === 0 || !this.socket.connected) return;
    if (conn.transport.writable && this.queued() === 0) this.sendHandful();
    if (this.waiting.size > 0) this.comeBack();
  }

  private sendHandful(): void {
    // The first frame makes the transport busy; the others go out together once it is free.
    let sent = 0;
    for (const [session, update] of this.waiting) {
      this.waiting.delete(session);
      this.socket.emit('risk_score_update', update);
      if (++sent === HANDFUL) break;
    }
  }

  private comeBack(): void {
    if (this.listening) return;
    this.listening = true;
    const { conn } = this.socket;
    const again = (): void => {
      conn.transport.off('ready', again);
      conn.off('upgrade', again);
      this.listening = false;
      this.flush();
    };
    conn.transport.once('ready', again);
    conn.once('upgrade', again);
  }

  /** Packets that the connection holds back already. */
  private queued(): number {
    return (this.socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
  }
}

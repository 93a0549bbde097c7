// The live list behind the sessions page: reads it once, then follows score updates, at most once a frame.
import { Injectable, signal } from '@angular/core';
import type { RiskScore, Session } from '../../core/wire';
import {
  type Row,
  type RowFilter,
  type Sort,
  fits,
  inOrder,
  inPlace,
  toRow,
  withScore,
} from './session-rows';

/** Rows change their order at most so often: a list that dances cannot be read. */
const REORDER_MS = 2_000;

@Injectable()
export class LiveSessions {
  /** In the order in which they are shown. */
  readonly shown = signal<readonly Row[]>([]);
  /** Sessions that were heard of but are not in the list yet. */
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  readonly paused = signal(false);
  /** Updates that wait while paused. */
  readonly waiting = signal(0);
  /** While the pointer or the keyboard is on the rows they keep their place. */
  readonly held = signal(false);
  private readonly rows = new Map<string, Row>();
  private readonly updates = new Map<string, RiskScore>();
  private filter: RowFilter = { state: 'live', band: undefined };
  private sort: Sort = 'risk';
  private orderedAt = 0;
  private frame = 0;

  /** Puts in place what the server answered for a filter. */
  fill(sessions: readonly Session[], filter: RowFilter, sort: Sort): void {
    const before = new Map(this.rows);
    this.rows.clear();
    for (const session of sessions) {
      this.rows.set(session.id, toRow(session, before.get(session.id)));
    }
    this.fresh.set(new Set());
    const same =
      this.sort === sort && this.filter.state === filter.state && this.filter.band === filter.band;
    this.filter = filter;
    this.sort = sort;
    if (same && this.held()) this.shown.set(inPlace(this.shown(), this.rows));
    else this.order();
  }

  hear(risk: RiskScore): void {
    this.updates.set(risk.session_id, risk);
    if (this.paused()) this.waiting.set(this.updates.size);
    else this.schedule();
  }

  /** A session after an action on it. */
  replace(session: Session): void {
    const before = this.rows.get(session.id);
    if (!before) return;
    this.rows.set(session.id, toRow(session, before));
    this.shown.set(inPlace(this.shown(), this.rows));
  }

  togglePause(): void {
    this.paused.update((paused) => !paused);
    this.waiting.set(0);
    if (!this.paused()) this.schedule();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame((now) => {
      this.frame = 0;
      this.apply(now);
    });
  }

  private apply(now: number): void {
    const unknown: string[] = [];
    for (const [id, risk] of this.updates) {
      const row = this.rows.get(id);
      if (row) this.rows.set(id, withScore(row, risk));
      else unknown.push(id);
    }
    this.updates.clear();
    if (unknown.some((id) => !this.fresh().has(id))) {
      this.fresh.update((known) => new Set([...known, ...unknown]));
    }
    if (!this.held() && now - this.orderedAt >= REORDER_MS) this.order(now);
    else this.shown.set(inPlace(this.shown(), this.rows));
  }

  private order(now = performance.now()): void {
    this.orderedAt = now;
    const fitting = [...this.rows.values()].filter((row) => fits(row, this.filter));
    this.shown.set(inOrder(fitting, this.sort));
  }
}

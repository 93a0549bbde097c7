// How much waits for an admin: alerts that nobody has closed, and appeals without an answer.
import { DestroyRef, Injectable, computed, inject } from '@angular/core';
import { Api } from './api';
import { Identity } from './identity';
import { query } from './query';
import { Realtime } from './socket';

/** Events come in bursts; one reading serves them all. */
const AFTER_EVENT_MS = 1_000;

@Injectable({ providedIn: 'root' })
export class Waiting {
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  private readonly realtime = inject(Realtime);
  private soon: ReturnType<typeof setTimeout> | undefined;
  private readonly counts = query(
    () =>
      this.identity.user()?.role === 'admin'
        ? { connections: this.realtime.connections() }
        : undefined,
    async (_, signal) => {
      const [alerts, petitions] = await Promise.all([
        this.api.call('GET /api/alerts', {
          query: { status: ['open', 'acknowledged', 'investigating'], limit: 1 },
          signal,
        }),
        this.api.call('GET /api/v1/petitions', { query: { status: 'open', limit: 1 }, signal }),
      ]);
      return { alerts: alerts.total, appeals: petitions.total };
    },
  );
  readonly alerts = computed(() => this.counts.value()?.alerts ?? 0);
  readonly appeals = computed(() => this.counts.value()?.appeals ?? 0);

  constructor() {
    const until = inject(DestroyRef);
    const readSoon = () => {
      this.soon ??= setTimeout(() => {
        this.soon = undefined;
        void this.counts.reload();
      }, AFTER_EVENT_MS);
    };
    this.realtime.on('threat_alert', readSoon, until);
    this.realtime.on('petition_update', readSoon, until);
  }
}

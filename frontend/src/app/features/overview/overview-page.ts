// Overview: what needs an admin now, how risk went over the last hour, whether the platform is well.
import { ChangeDetectionStrategy, Component, DestroyRef, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Waiting } from '../../core/waiting';
import { BandBadge } from '../../ui/band-badge';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { SESSION_STATE, partName } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { BAND_ORDER, BAND_WORDS } from '../../ui/risk-band';
import { RiskCourse } from '../../ui/risk-course';
import { SeverityBadge } from '../../ui/severity';
import { Time } from '../../ui/time';
import { opening } from './opening';

const POLL_MS = 10_000;
const AFTER_EVENT_MS = 1_000;

@Component({
  selector: 'vt-overview-page',
  imports: [BandBadge, Empty, Icon, Pending, RiskCourse, RouterLink, SeverityBadge, Time],
  templateUrl: './overview-page.html',
  styleUrl: './overview-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OverviewPage {
  private readonly api = inject(Api);
  protected readonly waiting = inject(Waiting);
  protected readonly states = SESSION_STATE;
  protected readonly plural = plural;
  protected readonly partName = partName;
  protected readonly overview = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/overview', { signal }),
  );
  protected readonly health = query(
    () => ({}),
    (_, signal) => this.api.call('GET /health', { signal }),
  );
  protected readonly answer = computed(() =>
    opening(this.overview.value(), this.waiting.appeals()),
  );
  protected readonly mean = computed(() =>
    (this.overview.value()?.course ?? []).map(({ at, mean }) => ({
      at: Date.parse(at),
      value: mean,
    })),
  );
  protected readonly max = computed(() =>
    (this.overview.value()?.course ?? []).map(({ at, max }) => ({
      at: Date.parse(at),
      value: max,
    })),
  );
  protected readonly bands = computed(() => {
    const overview = this.overview.value();
    return BAND_ORDER.map((band) => ({
      band,
      word: BAND_WORDS[band],
      count: overview?.by_band[band] ?? 0,
    })).reverse();
  });
  protected readonly unscored = computed(() => {
    const scored = this.bands().reduce((sum, { count }) => sum + count, 0);
    return Math.max(0, (this.overview.value()?.live_sessions ?? 0) - scored);
  });
  protected readonly most = computed(() => Math.max(1, ...this.bands().map(({ count }) => count)));

  constructor() {
    const until = inject(DestroyRef);
    const realtime = inject(Realtime);
    let soon: ReturnType<typeof setTimeout> | undefined;
    const readSoon = () => {
      soon ??= setTimeout(() => {
        soon = undefined;
        void this.overview.reload();
      }, AFTER_EVENT_MS);
    };
    realtime.join('join_admin_room', {}, undefined, until);
    realtime.on('threat_alert', readSoon, until);
    realtime.on('admin_notification', readSoon, until);
    const timer = setInterval(() => {
      if (document.hidden) return;
      void this.overview.reload();
      void this.health.reload();
    }, POLL_MS);
    until.onDestroy(() => {
      clearInterval(timer);
      clearTimeout(soon);
    });
  }
}

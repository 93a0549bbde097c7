// Alerts: the triage queue, worked by keyboard, filtered by the address, changed in bulk with undo.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { plural } from '../../core/format';
import { listQuery } from '../../core/query';
import { Shortcuts } from '../../core/shortcuts';
import { Realtime } from '../../core/socket';
import { oneOf, urlState } from '../../core/url-state';
import type { Alert, AlertStatus } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { ALERT_KIND, ALERT_STATUS, SEVERITY, keysOf } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { SeverityBadge } from '../../ui/severity';
import { SearchBox } from '../../ui/search-box';
import { Time } from '../../ui/time';
import { AlertChanges } from './alert-changes';
import { statusesOf, withAlert } from './triage';

const STATUS_FILTERS = ['waiting', 'all', ...keysOf(ALERT_STATUS)] as const;

@Component({
  selector: 'vt-alerts-page',
  imports: [Empty, Icon, More, Pending, RouterLink, SeverityBadge, Time, Choice, SearchBox],
  templateUrl: './alerts-page.html',
  styleUrl: './alerts-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AlertsPage {
  readonly status = input<string>();
  readonly severity = input<string>();
  readonly kind = input<string>();
  readonly assignee = input<string>();
  readonly session_id = input<string>();
  readonly user_id = input<string>();
  readonly q = input<string>();

  protected readonly changes = inject(AlertChanges);
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly realtime = inject(Realtime);
  protected readonly setUrl = urlState();
  private readonly rows = viewChild<ElementRef<HTMLElement>>('rows');
  private readonly search = viewChild.required(SearchBox);

  protected readonly statusWords = {
    waiting: 'Waiting for somebody',
    all: 'Any status',
    ...ALERT_STATUS,
  };
  protected readonly statusLabels = ALERT_STATUS;
  protected readonly severityWords = SEVERITY;
  protected readonly kindWords = ALERT_KIND;
  protected readonly statusIn = computed(() => oneOf(STATUS_FILTERS, this.status(), 'waiting'));
  protected readonly fresh = signal<ReadonlySet<string>>(new Set());
  protected readonly selected = signal(-1);
  protected readonly ticked = signal<ReadonlySet<string>>(new Set());

  protected readonly alerts = listQuery(
    () => ({
      status: statusesOf(this.statusIn()),
      severity: oneOf(keysOf(SEVERITY), this.severity(), undefined),
      kind: oneOf(keysOf(ALERT_KIND), this.kind(), undefined),
      assignee: this.assignee() === 'me' ? this.changes.me : this.assignee(),
      session_id: this.session_id(),
      user_id: this.user_id(),
      q: this.q(),
      missed: this.realtime.missed(),
    }),
    ({ missed: _, ...query }, cursor, signal) =>
      this.api.call('GET /api/alerts', { query: { ...query, cursor }, signal }),
  );
  protected readonly answer = computed(() => {
    const page = this.alerts.value();
    if (!page) return 'Alerts';
    if (this.statusIn() !== 'waiting') return plural(page.total, 'alert');
    return page.total === 0
      ? 'No alert waits for you'
      : `${plural(page.total, 'alert')} ${page.total === 1 ? 'waits' : 'wait'} for you`;
  });
  protected readonly filtered = computed(
    () =>
      this.severity() ||
      this.kind() ||
      this.assignee() ||
      this.q() ||
      this.session_id() ||
      this.user_id(),
  );
  protected readonly tickedAlerts = computed(() =>
    (this.alerts.value()?.items ?? []).filter(({ id }) => this.ticked().has(id)),
  );

  constructor() {
    const until = inject(DestroyRef);
    this.realtime.on(
      'threat_alert',
      ({ alert, change }) => {
        if (change === 'new') this.fresh.update((ids) => new Set([...ids, alert.id]));
        else this.alerts.update((page) => ({ ...page, items: withAlert(page.items, alert) }));
      },
      until,
    );
    effect(() => {
      this.alerts.value();
      untracked(() =>
        this.ticked.update((ids) =>
          ids.size ? new Set(this.tickedAlerts().map(({ id }) => id)) : ids,
        ),
      );
    });
    this.registerShortcuts(until);
  }

  protected showFresh(): void {
    this.fresh.set(new Set());
    void this.alerts.reload();
  }

  protected tick(id: string): void {
    this.ticked.update((ids) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  protected tickAll(): void {
    const all = this.alerts.value()?.items ?? [];
    this.ticked.update((ids) => new Set(ids.size ? [] : all.slice(0, 200).map(({ id }) => id)));
  }

  protected async move(alerts: readonly Alert[], status: AlertStatus): Promise<void> {
    await this.changes.move(alerts, status, () => void this.alerts.reload());
    this.ticked.set(new Set());
  }

  protected export(): void {
    const alerts = this.alerts.value()?.items ?? [];
    download('alerts.json', 'application/json', JSON.stringify(alerts, null, 2));
  }

  private step(by: number): void {
    const count = this.alerts.value()?.items.length ?? 0;
    if (count === 0) return;
    this.selected.update((now) => Math.max(0, Math.min(count - 1, now + by)));
    this.rows()?.nativeElement.children[this.selected()]?.scrollIntoView({ block: 'nearest' });
  }

  /** What a key acts on: the ticked alerts, else the selected one. */
  private targets(): Alert[] {
    const selected = this.alerts.value()?.items[this.selected()];
    return this.ticked().size ? this.tickedAlerts() : selected ? [selected] : [];
  }

  private registerShortcuts(until: DestroyRef): void {
    const group = 'Alerts';
    const to = (status: AlertStatus) => () => void this.move(this.targets(), status);
    inject(Shortcuts).register(
      [
        { keys: 'j', about: 'Next alert', group, run: () => this.step(1) },
        { keys: 'k', about: 'Alert before', group, run: () => this.step(-1) },
        {
          keys: 'enter',
          about: 'Open it',
          group,
          run: () => {
            const [alert] = this.targets();
            if (alert) void this.router.navigate(['/alerts', alert.id]);
          },
        },
        {
          keys: 'x',
          about: 'Tick it',
          group,
          run: () => {
            const alert = this.alerts.value()?.items[this.selected()];
            if (alert) this.tick(alert.id);
          },
        },
        { keys: 'e', about: 'Acknowledge', group, run: to('acknowledged') },
        { keys: 'i', about: 'Investigate', group, run: to('investigating') },
        { keys: 'r', about: 'Resolve', group, run: to('resolved') },
        { keys: 'f', about: 'False positive', group, run: to('false_positive') },
        {
          keys: '/',
          about: 'Filter by text',
          group,
          run: () => this.search().focus(),
        },
      ],
      until,
    );
  }
}

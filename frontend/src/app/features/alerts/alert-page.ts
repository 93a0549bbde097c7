// One alert: what happened, which layer says so on what evidence, whose it is, and what was noted.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { facts, words } from '../../core/format';
import { query } from '../../core/query';
import { Shortcuts } from '../../core/shortcuts';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import type { AlertStatus } from '../../core/wire';
import { Back } from '../../ui/back';
import { CopyId } from '../../ui/copy-id';
import { EvidencePanel } from '../../ui/evidence-panel';
import { ALERT_KIND, ALERT_STATUS, keysOf } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { SeverityBadge } from '../../ui/severity';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { AlertChanges } from './alert-changes';

const LAYERS = [
  'Layer 0: doors',
  'Layer 1: signals',
  'Layer 2: models',
  'Layer 3: fused risk',
] as const;

@Component({
  selector: 'vt-alert-page',
  imports: [Back, CopyId, EvidencePanel, Pending, RouterLink, SeverityBadge, Time, Value],
  templateUrl: './alert-page.html',
  styleUrl: './alert-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AlertPage {
  readonly id = input.required<string>();
  protected readonly changes = inject(AlertChanges);
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly realtime = inject(Realtime);

  protected readonly statuses = keysOf(ALERT_STATUS);
  protected readonly statusLabels = ALERT_STATUS;
  protected readonly kindWords = ALERT_KIND;
  protected readonly words = words;
  protected readonly facts = facts;
  protected readonly note = signal('');
  protected readonly busy = signal(false);
  protected readonly alert = query(
    () => ({ id: this.id(), missed: this.realtime.missed() }),
    ({ id }, signal) => this.api.call('GET /api/alerts/:id', { params: { id }, signal }),
  );
  private readonly session = computed(() => this.alert.value()?.session_id);
  /** How the session's score stands now, beside what was seen when the alert was made. */
  protected readonly series = query(
    () => this.session() ?? undefined,
    (id, signal) =>
      this.api.call('GET /api/v1/sessions/:id/risk', {
        params: { id },
        query: { minutes: 60 },
        signal,
      }),
  );
  protected readonly layers = computed(() => {
    const sources = this.alert.value()?.sources ?? [];
    return LAYERS.map((name, layer) => ({
      name,
      sources: sources.filter((source) => source.layer === layer),
    })).filter(({ sources: some }) => some.length);
  });

  constructor() {
    const until = inject(DestroyRef);
    this.realtime.on(
      'threat_alert',
      ({ alert }) => {
        if (alert.id === this.id()) this.alert.set(alert);
      },
      until,
    );
    const to = (status: AlertStatus) => () => void this.move(status);
    const group = 'Alert';
    inject(Shortcuts).register(
      [
        { keys: 'e', about: 'Acknowledge', group, run: to('acknowledged') },
        { keys: 'i', about: 'Investigate', group, run: to('investigating') },
        { keys: 'r', about: 'Resolve', group, run: to('resolved') },
        { keys: 'f', about: 'False positive', group, run: to('false_positive') },
      ],
      until,
    );
  }

  protected percent(share: number): string {
    return `${Math.round(share * 100)} %`;
  }

  protected async move(status: AlertStatus): Promise<void> {
    const alert = this.alert.value();
    if (alert) await this.changes.move([alert], status, () => void this.alert.reload());
  }

  protected async assign(assignee: string | null): Promise<void> {
    const alert = this.alert.value();
    const changed = alert && (await this.changes.assign(alert, assignee));
    if (changed) this.alert.set(changed);
  }

  protected async addNote(): Promise<void> {
    const text = this.note().trim();
    if (!text || this.busy()) return;
    this.busy.set(true);
    try {
      this.alert.set(
        await this.api.call('POST /api/alerts/:id/notes', {
          params: { id: this.id() },
          body: { text },
        }),
      );
      this.note.set('');
    } catch (error) {
      this.toasts.fail('The note was not kept; your text is still there.', error);
    }
    this.busy.set(false);
  }
}

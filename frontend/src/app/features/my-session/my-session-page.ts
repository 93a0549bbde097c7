// My session: the own score and why, what would lower it, the own rhythm, sessions and devices.
import { MatProgressBar } from '@angular/material/progress-bar';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { unlessDeclined } from '../../core/fresh-proof';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Telemetry } from '../../core/telemetry';
import { Toasts } from '../../core/toasts';
import type { RiskScore } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Empty } from '../../ui/empty';
import { EvidencePanel } from '../../ui/evidence-panel';
import { Icon } from '../../ui/icon';
import { OwnDevices } from '../../ui/own-devices';
import { Pending } from '../../ui/pending';
import type { Sample } from '../../ui/polyline';
import { Rhythm } from '../../ui/rhythm';
import { RiskCourse } from '../../ui/risk-course';
import { RiskScale } from '../../ui/risk-scale';
import { answerFor } from './answer';
import { HappenedCard } from './happened-card';
import { WhatIfCard } from './what-if-card';
import { OwnSessions } from './own-sessions';

const COURSE_MS = 3_600_000;

@Component({
  selector: 'vt-my-session-page',
  imports: [
    Empty,
    EvidencePanel,
    HappenedCard,
    Icon,
    MatProgressBar,
    OwnDevices,
    OwnSessions,
    Pending,
    Rhythm,
    RiskCourse,
    RiskScale,
    RouterLink,
    WhatIfCard,
  ],
  templateUrl: './my-session-page.html',
  styleUrl: './my-session-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MySessionPage {
  protected readonly identity = inject(Identity);
  protected readonly telemetry = inject(Telemetry);
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  private readonly toasts = inject(Toasts);
  private readonly confirm = inject(Confirm);

  protected readonly series = query(
    () => ({ connections: this.realtime.connections() }),
    (_, signal) => this.api.call('GET /api/v1/me/risk', { signal }),
  );
  protected readonly model = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me/model', { signal }),
  );
  protected readonly risk = signal<RiskScore | null>(null);
  protected readonly course = signal<readonly Sample[]>([]);
  protected readonly answer = computed(() => {
    const session = this.identity.session();
    return session && answerFor(session, this.risk(), this.series.problem() !== undefined);
  });
  protected readonly auditor = computed(() => this.identity.user()?.role !== 'user');
  protected readonly parts = computed(() => {
    const model = this.model.value();
    if (!model) return [];
    const part = (name: string, unit: string, windows: number, needed: number) => ({
      name,
      unit,
      windows,
      needed,
      share: Math.min(100, Math.round((windows / Math.max(1, needed)) * 100)),
    });
    return [
      part('Typing', 'windows', model.keystroke_windows, model.windows_needed),
      part('Movement', 'actions', model.mouse_windows, model.mouse_windows_needed),
    ];
  });

  constructor() {
    const until = inject(DestroyRef);
    effect(() => {
      const series = this.series.value();
      if (!series) return;
      untracked(() => {
        this.course.set(
          series.points.map(({ at, risk_score }) => ({ at: Date.parse(at), value: risk_score })),
        );
        this.take(series.current);
      });
    });
    this.realtime.join('subscribe_risk_score', {}, ({ current }) => this.take(current), until);
    this.realtime.on(
      'risk_score_update',
      (risk) => {
        if (risk.session_id === this.identity.session()?.id) this.take(risk);
      },
      until,
    );
    const timer = setInterval(() => {
      if (!document.hidden) void this.model.reload();
    }, 15_000);
    until.onDestroy(() => clearInterval(timer));
  }

  protected async say(verdict: 'me' | 'not_me'): Promise<void> {
    const session = this.identity.session();
    if (!session) return;
    if (verdict === 'not_me') {
      const consent = await this.confirm.ask({
        title: 'Somebody else is using this session?',
        consequence:
          'This session ends at once, what it taught your model is forgotten, and an alert is raised. Change your password afterwards from a device that you trust.',
        confirm: 'This is not me',
        danger: true,
      });
      if (!consent) return;
      this.identity.disowned.set(session.id);
    }
    try {
      const body = { session_id: session.id, verdict };
      const said = await unlessDeclined(() => this.api.call('POST /api/v1/me/verdicts', { body }));
      if (!said) return this.identity.disowned.set(undefined);
      this.toasts.say(
        verdict === 'me'
          ? 'Thank you. Your word counts as evidence and helps the model learn.'
          : 'The session has ended and an alert was raised.',
      );
    } catch (error) {
      this.identity.disowned.set(undefined);
      this.toasts.fail('Your word was not recorded.', error);
    }
  }

  protected prove(): void {
    void this.identity.askStepUp('You asked to prove who you are: it lowers your score.');
  }

  private take(risk: RiskScore | null): void {
    if (!risk || (this.risk()?.at ?? '') > risk.at) return;
    this.risk.set(risk);
    const at = Date.parse(risk.at);
    this.course.update((samples) => [
      ...samples.filter((sample) => sample.at > at - COURSE_MS && sample.at < at),
      { at, value: risk.risk_score },
    ]);
  }
}

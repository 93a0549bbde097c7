// One session: how it stands, why, its course with the policy's decisions, and what an admin can do.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { exactTime, riskText, scoreText } from '../../core/format';
import { listQuery, query } from '../../core/query';
import { Shortcuts } from '../../core/shortcuts';
import { Realtime } from '../../core/socket';
import { urlState } from '../../core/url-state';
import type { RiskScore } from '../../core/wire';
import { Back } from '../../ui/back';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { EvidencePanel } from '../../ui/evidence-panel';
import { Icon } from '../../ui/icon';
import { RULE_EFFECT, EFFECT, SESSION_STATE } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import type { Sample } from '../../ui/polyline';
import { BAND_WORDS } from '../../ui/risk-band';
import { RiskCourse } from '../../ui/risk-course';
import { RiskScale } from '../../ui/risk-scale';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { SessionActions } from './session-actions';

const SPANS = { '15': '15 minutes', '60': '1 hour', '360': '6 hours', '1440': '1 day' } as const;

@Component({
  selector: 'vt-session-page',
  imports: [
    Back,
    CopyId,
    Empty,
    EvidencePanel,
    Icon,
    More,
    Pending,
    RiskCourse,
    RiskScale,
    RouterLink,
    Time,
    Value,
  ],
  templateUrl: './session-page.html',
  styleUrl: './session-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SessionPage {
  readonly id = input.required<string>();
  readonly minutes = input<string>();
  protected readonly setUrl = urlState();
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  private readonly actions = inject(SessionActions);

  protected readonly spans = Object.entries(SPANS);
  protected readonly states = SESSION_STATE;
  protected readonly effects = EFFECT;
  protected readonly ruleEffects = RULE_EFFECT;
  protected readonly score = scoreText;
  protected readonly span = computed(() =>
    (this.minutes() ?? '') in SPANS ? this.minutes()! : '60',
  );

  protected readonly session = query(
    () => ({ id: this.id(), connections: this.realtime.connections() }),
    ({ id }, signal) => this.api.call('GET /api/v1/sessions/:id', { params: { id }, signal }),
  );
  private readonly person = computed(() => this.session.value()?.user_id);
  /** On what terms the person's behaviour is learnt, and so what it can tell. */
  protected readonly terms = query(
    () => this.person(),
    (id, signal) => this.api.call('GET /api/v1/users/:id/learning', { params: { id }, signal }),
  );
  protected readonly exact = (at: string) => exactTime(Date.parse(at));
  protected readonly series = query(
    () => ({ id: this.id(), minutes: this.span(), connections: this.realtime.connections() }),
    ({ id, minutes }, signal) =>
      this.api.call('GET /api/v1/sessions/:id/risk', {
        params: { id },
        query: { minutes },
        signal,
      }),
  );
  protected readonly decisions = listQuery(
    () => ({ id: this.id() }),
    ({ id }, cursor, signal) =>
      this.api.call('GET /api/v1/sessions/:id/decisions', {
        params: { id },
        query: { cursor, limit: 30 },
        signal,
      }),
  );
  protected readonly risk = linkedSignal<RiskScore | null>(
    () => this.series.value()?.current ?? null,
  );
  protected readonly course = linkedSignal<readonly Sample[]>(() =>
    (this.series.value()?.points ?? []).map(({ at, risk_score }) => ({
      at: Date.parse(at),
      value: risk_score,
    })),
  );
  protected readonly marks = computed(() =>
    (this.decisions.value()?.items ?? [])
      .filter(({ effect, previous_effect }) => effect !== previous_effect)
      .map(({ at, effect, rule_name }) => ({
        at: Date.parse(at),
        label: `${EFFECT[effect].text}: ${rule_name}`,
        tone: EFFECT[effect].tone,
      })),
  );
  /** The newest score, else the stored one; null before the first. */
  protected readonly scored = computed(() => {
    const { risk_score: score, band } = this.risk() ?? this.session.value() ?? {};
    return typeof score === 'number' && band ? { score, band } : null;
  });
  protected readonly answer = computed(() => {
    const session = this.session.value();
    if (!session) return 'Session';
    const scored = this.scored();
    const risk = riskText(scored?.score ?? null);
    const states = {
      active: scored
        ? `is active at ${BAND_WORDS[scored.band].toLowerCase()} risk: ${scoreText(scored.score)}`
        : `is active, ${risk}`,
      step_up: `must prove who they are: ${risk}`,
      restricted: `is restricted: ${risk}`,
      terminated: scored ? `was terminated at ${risk}` : 'was terminated before its first score',
      logged_out: 'has signed out',
      expired: 'has expired',
    } as const satisfies Record<typeof session.state, string>;
    return `${session.user_name} ${states[session.state]}`;
  });

  constructor() {
    const until = inject(DestroyRef);
    effect(() => {
      const session_id = this.id();
      untracked(() => this.realtime.join('subscribe_risk_score', { session_id }, undefined, until));
    });
    this.realtime.on(
      'risk_score_update',
      (risk) => {
        if (risk.session_id === this.id()) this.take(risk);
      },
      until,
    );
    this.realtime.on(
      'admin_notification',
      ({ kind, link }) => {
        if (kind === 'session' && (!link || link.includes(this.id()))) this.reload();
      },
      until,
    );
    inject(Shortcuts).register(
      [
        { keys: 'x', about: 'Terminate it', group: 'Session', run: () => void this.terminate() },
        { keys: 's', about: 'Ask for proof', group: 'Session', run: () => void this.askStepUp() },
      ],
      until,
    );
  }

  protected async terminate(): Promise<void> {
    const session = this.session.value();
    const ended = session && !session.ended_at && (await this.actions.terminate(session));
    if (ended) this.session.set(ended);
  }

  protected async askStepUp(): Promise<void> {
    const session = this.session.value();
    const asked = session && !session.ended_at && (await this.actions.askStepUp(session));
    if (asked) this.session.set(asked);
  }

  private reload(): void {
    void this.session.reload();
    void this.decisions.reload();
  }

  private take(risk: RiskScore): void {
    const bandBefore = this.risk()?.band;
    this.risk.set(risk);
    const at = Date.parse(risk.at);
    const oldest = at - Number(this.span()) * 60_000;
    this.course.update((samples) => [
      ...samples.filter((sample) => sample.at > oldest && sample.at < at),
      { at, value: risk.risk_score },
    ]);
    // Another band is when the policy speaks: its decision is worth reading then.
    if (bandBefore && bandBefore !== risk.band) this.reload();
  }
}

// What a draft would have made of the recorded sessions, beside the policy of then: figures, and whom it concerns.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { ActivatedRoute, RouterLink } from '@angular/router';
import { toSignal } from '@angular/core/rxjs-interop';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { plural, relativeTime, wholeNumber } from '../../core/format';
import { listQuery } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { oneOf, urlState } from '../../core/url-state';
import type { ReplayedSession, SimulationResult } from '../../core/wire';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { DIFFERENCE, EFFECT, keysOf } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';

const DIFFERENCES = keysOf(DIFFERENCE);

@Component({
  selector: 'vt-simulation',
  imports: [Empty, Icon, More, Pending, RouterLink, Time],
  templateUrl: './simulation-view.html',
  styleUrl: './simulation-view.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SimulationView {
  readonly run = input.required<string>();
  readonly result = input.required<SimulationResult>();
  readonly version = input.required<number>();
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly address = toSignal(inject(ActivatedRoute).queryParamMap);
  protected readonly setUrl = urlState();
  protected readonly effects = EFFECT;
  protected readonly kinds = DIFFERENCES;
  protected readonly kindWords = DIFFERENCE;
  protected readonly plural = plural;
  protected readonly kind = computed(() =>
    oneOf(DIFFERENCES, this.address()?.get('difference') ?? undefined, undefined),
  );
  protected readonly rule = computed(() => this.address()?.get('rule') ?? undefined);
  protected readonly ruleName = computed(
    () => this.result().rules.find(({ rule_id }) => rule_id === this.rule())?.rule_name,
  );
  protected readonly lines = computed(() => {
    const { today, draft } = this.result();
    const line = (name: string, key: keyof typeof today, digits = 0) => ({
      name,
      today: number(today[key], digits),
      draft: number(draft[key], digits),
      change: change(today[key], draft[key], digits),
    });
    return [
      line('Sessions challenged', 'challenged_sessions'),
      line('Challenges', 'challenges'),
      line('Sessions ended', 'terminated'),
      line('Friction: challenges for each 1,000 sessions', 'friction', 1),
      line('Exposure: minutes of strangers for each 1,000 sessions', 'exposure', 1),
    ];
  });
  protected readonly sessions = listQuery(
    () => ({ id: this.run(), difference: this.kind(), rule_id: this.rule() }),
    ({ id, ...filter }, cursor, signal) =>
      this.api.call('GET /api/v1/policies/runs/:id/sessions', {
        params: { id },
        query: { ...filter, cursor, limit: 50 },
        signal,
      }),
  );

  /** What happened first and last on one side, in words. */
  protected told(side: ReplayedSession['today'], started: string): string {
    const parts: string[] = [];
    const { challenge, termination } = side;
    if (challenge) parts.push(`${challenge.rule_name} (risk ${Math.round(challenge.risk_score)})`);
    if (termination && termination.rule_id !== challenge?.rule_id) {
      parts.push(`${termination.rule_name} (risk ${Math.round(termination.risk_score)})`);
    }
    const first = challenge ?? termination;
    if (!first) return 'nothing';
    const after = relativeTime(Date.parse(first.at), Date.parse(started)).replace('in ', 'after ');
    return `${parts.join(', then ')}, ${after === 'now' ? 'at once' : after}`;
  }

  protected async export(): Promise<void> {
    try {
      const text = await this.api.call('GET /api/v1/policies/runs/:id/sessions/export', {
        params: { id: this.run() },
        raw: true,
      });
      download('policy-simulation.csv', 'text/csv', text);
    } catch (error) {
      this.toasts.fail('Nothing was exported.', error);
    }
  }
}

const number = (value: number, digits: number): string =>
  digits ? value.toFixed(digits) : wholeNumber(value);

function change(before: number, after: number, digits: number): string {
  const by = after - before;
  if (Math.abs(by) < 0.5 * 10 ** -digits) return 'same';
  return `${by > 0 ? '+' : '−'}${number(Math.abs(by), digits)}`;
}

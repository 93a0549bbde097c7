// What the policy does: how often it asks, whether it asks the right people, and how fast it stops a stranger.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { duration, plural } from '../../core/format';
import { listQuery, query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import { oneOf, urlState } from '../../core/url-state';
import { Back } from '../../ui/back';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { keysOf, OUTCOME } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { DayBars } from './day-bars';
import { OutcomeList } from './outcome-list';
import { percentText, ShareText } from './share-text';

const PERIODS = ['1', '7', '30', '90'] as const;
const PERIOD_WORDS = { 1: 'Today', 7: '7 days', 30: '30 days', 90: '90 days' } as const;

@Component({
  selector: 'vt-effect-page',
  imports: [Back, DayBars, Empty, Icon, OutcomeList, Pending, RouterLink, ShareText],
  templateUrl: './effect-page.html',
  styleUrl: './effect-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EffectPage {
  readonly days = input<string>();
  readonly rule = input<string>();
  readonly outcome = input<string>();
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly realtime = inject(Realtime);
  protected readonly setUrl = urlState();
  protected readonly periods = PERIODS;
  protected readonly periodWords = PERIOD_WORDS;
  protected readonly outcomes = keysOf(OUTCOME);
  protected readonly outcomeWords = OUTCOME;
  protected readonly period = computed(() => oneOf(PERIODS, this.days(), '7'));
  protected readonly outcomeIn = computed(() => oneOf(this.outcomes, this.outcome(), undefined));

  protected readonly effect = query(
    () => ({ days: Number(this.period()), connections: this.realtime.connections() }),
    ({ days }, signal) =>
      this.api.call('GET /api/v1/policies/effectiveness', { query: { days }, signal }),
  );
  protected readonly list = listQuery(
    () => ({
      days: Number(this.period()),
      rule_id: this.rule() || undefined,
      outcome: this.outcomeIn(),
      connections: this.realtime.connections(),
    }),
    ({ connections: _, ...filter }, cursor, signal) =>
      this.api.call('GET /api/v1/policies/outcomes', {
        query: { ...filter, cursor, limit: 25 },
        signal,
      }),
  );
  protected readonly ruleName = computed(
    () =>
      this.effect.value()?.rules.find(({ rule_id }) => rule_id === this.rule())?.rule_name ??
      this.rule(),
  );
  protected readonly nothing = computed(() => {
    const total = this.effect.value()?.total;
    return total !== undefined && total.challenges + total.terminations === 0;
  });
  protected readonly answer = computed(() => {
    const effect = this.effect.value();
    if (!effect) return 'What the policy does';
    const { total, sessions } = effect;
    if (this.nothing()) return `Nobody was challenged in ${plural(sessions, 'session')}`;
    const { false_challenges: wrong } = total;
    const asked = `${plural(total.challenges, 'challenge')} in ${plural(sessions, 'session')}`;
    if (wrong.share === null) return asked;
    return `${asked}, ${percentText(wrong.share)} of them met the owner`;
  });
  protected readonly stopped = computed(() => {
    const time = this.effect.value()?.total.time_to_stop;
    return time ? duration(Math.max(1, time.median)) : '–';
  });
  protected readonly slowest = computed(() => {
    const time = this.effect.value()?.total.time_to_stop;
    if (!time) return 'from the first high score to the end of the session';
    return `median of ${time.known}; nine of ten within ${duration(Math.max(1, time.p90))}`;
  });

  protected friction(value: number | null): string {
    return value === null ? '–' : value < 10 ? value.toFixed(1) : String(Math.round(value));
  }

  protected async export(): Promise<void> {
    const days = Number(this.period());
    try {
      const text = await this.api.call('GET /api/v1/policies/effectiveness/export', {
        query: { days },
        raw: true,
      });
      download(`policy-effect-${days}-days.csv`, 'text/csv', text);
    } catch (error) {
      this.toasts.fail('Nothing was exported.', error);
    }
  }
}

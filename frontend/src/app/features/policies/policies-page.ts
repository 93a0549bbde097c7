// Policies: what is in force, rule by rule in words, how often each decided lately, and what is on trial beside it.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { hysteresisInWords, resourceInWords } from '@verity/protocol/policy/words';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import type { Policy } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Icon } from '../../ui/icon';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { ChangeList } from './change-list';
import { hitsOf } from './hits';
import { RuleLine } from './rule-line';
import { authorName } from '../../ui/labels';

@Component({
  selector: 'vt-policies-page',
  imports: [ChangeList, Icon, Pending, RouterLink, RuleLine, Time],
  templateUrl: './policies-page.html',
  styleUrl: './policies-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PoliciesPage {
  protected readonly authorName = authorName;
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly realtime = inject(Realtime);
  protected readonly resourceWords = resourceInWords;
  protected readonly hysteresisWords = hysteresisInWords;
  protected readonly busy = signal(false);

  protected readonly standing = query(
    () => ({ connections: this.realtime.connections() }),
    (_, signal) => this.api.call('GET /api/v1/policies/standing', { signal }),
  );
  protected readonly activity = query(
    () => ({ connections: this.realtime.connections() }),
    (_, signal) => this.api.call('GET /api/v1/policies/activity', { query: {}, signal }),
  );
  protected readonly mayEdit = computed(() => this.identity.user()?.role === 'admin');
  protected readonly answer = computed(() => {
    const current = this.standing.value()?.current;
    if (!current) return 'Policies';
    const reporting = current.rules.filter(({ report_only }) => report_only).length;
    const parts = [plural(current.rules.length, 'rule')];
    if (reporting) parts.push(`${reporting} report-only`);
    const counted = this.activity.value();
    if (counted) parts.push(`${plural(counted.challenged, 'session')} challenged in 24 hours`);
    return `Version ${current.version} is in force: ${parts.join(', ')}`;
  });
  protected readonly hits = computed(() =>
    hitsOf(this.activity.value(), this.standing.value()?.current),
  );
  /** What the version on trial would have decided otherwise, rule by rule. */
  protected readonly otherwise = computed(() => {
    const trial = this.standing.value()?.trial;
    if (!trial) return [];
    return (this.activity.value()?.rules ?? [])
      .filter((one) => one.reported && one.policy_version === trial.version)
      .map((one) => ({ ...one, rule: trial.rules.find(({ id }) => id === one.rule_id) }));
  });

  constructor() {
    const until = inject(DestroyRef);
    this.realtime.on('policy_update', () => void this.reload(), until);
  }

  protected async endTrial({ version }: Policy): Promise<void> {
    const consent = await this.confirm.ask({
      title: `End the trial of version ${version}?`,
      consequence:
        'It stops judging beside the version in force. What it has told stays on record, and its rules stay in the list of versions.',
      confirm: 'End trial',
      reason: true,
      suggestions: ['We have seen enough'],
    });
    if (!consent) return;
    try {
      await this.api.call('POST /api/v1/policies/trial/end', { body: { version, ...consent } });
      this.toasts.say(`The trial of version ${version} is over.`);
    } catch (error) {
      this.toasts.fail('The trial goes on.', error);
    }
    await this.reload();
  }

  /** Puts the version on trial in force, as a new version. */
  protected async promote({ version, rules, hysteresis, resources }: Policy): Promise<void> {
    const current = this.standing.value()?.current;
    if (!current || this.busy()) return;
    const consent = await this.confirm.ask({
      title: `Put version ${version} in force?`,
      consequence: `Its rules replace those of version ${current.version} on every process within a second. Sessions that they challenge or end are challenged or ended.`,
      confirm: 'Put in force',
      danger: true,
      reason: true,
      suggestions: ['The trial went well'],
    });
    if (!consent) return;
    this.busy.set(true);
    try {
      const body = {
        policy: { rules, hysteresis, resources },
        based_on: current.version,
        accept_warnings: true,
        ...consent,
      };
      const made = await this.api.call('PUT /api/v1/policies', { body });
      this.toasts.say(`Version ${made.version} is in force.`);
    } catch (error) {
      this.toasts.fail('Nothing was changed.', error);
    }
    this.busy.set(false);
    await this.reload();
  }

  private async reload(): Promise<void> {
    await Promise.all([this.standing.reload(), this.activity.reload()]);
  }
}

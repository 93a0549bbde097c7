// What happened to the person: decisions that took rights away, and alerts about them, each with its why.
import { ChangeDetectionStrategy, Component, DestroyRef, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { listQuery } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Empty } from '../../ui/empty';
import { ALERT_STATUS, EFFECT } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';

const SHOWN = 5;

@Component({
  selector: 'vt-happened-card',
  imports: [Empty, More, Pending, RouterLink, Time],
  template: `
    <section class="card" id="happened" aria-labelledby="happened-title">
      <header><h2 id="happened-title">What happened to you</h2></header>
      <vt-pending [query]="decisions" [rows]="2" />
      <ul class="list">
        @for (one of decisions.value()?.items; track one.id) {
          <li>
            <span [class]="'chip ' + effects[one.effect].tone">{{ effects[one.effect].text }}</span>
            <div class="grow">
              <a [routerLink]="['/why', 'decision', one.id]">{{ one.rule_name }}</a>
              <p class="small soft">{{ one.reasons.join('; ') }}</p>
            </div>
            <span class="small faint">{{ one.device_label }}</span>
            <vt-time class="small faint" [at]="one.at" />
          </li>
        }
        @for (one of alerts.value()?.items; track one.id) {
          <li>
            <span [class]="'chip ' + statuses[one.status].tone">Alert</span>
            <div class="grow">
              <a [routerLink]="['/why', 'alert', one.id]">{{ one.title }}</a>
              <p class="small soft">{{ one.description }}</p>
            </div>
            <span class="small faint">{{ statuses[one.status].text }}</span>
            <vt-time class="small faint" [at]="one.created_at" />
          </li>
        }
        @if (nothing()) {
          <li class="none">
            <vt-empty icon="check" title="Nothing was taken from you">
              When you are asked for proof, restricted or signed out, it stands here with its
              reasons, and you can appeal.
            </vt-empty>
          </li>
        }
      </ul>
      @if (decisions.more()) {
        <vt-more [list]="decisions" />
      }
      @if (alerts.more()) {
        <vt-more [list]="alerts" />
      }
    </section>
  `,
  styles: `
    a {
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class HappenedCard {
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  protected readonly effects = EFFECT;
  protected readonly statuses = ALERT_STATUS;
  protected readonly decisions = listQuery(
    () => ({ connections: this.realtime.connections() }),
    (_, cursor, signal) =>
      this.api.call('GET /api/v1/me/decisions', { query: { cursor, limit: SHOWN }, signal }),
  );
  protected readonly alerts = listQuery(
    () => ({ connections: this.realtime.connections() }),
    (_, cursor, signal) =>
      this.api.call('GET /api/v1/me/alerts', { query: { cursor, limit: SHOWN }, signal }),
  );
  protected readonly nothing = computed(
    () => this.decisions.value()?.total === 0 && this.alerts.value()?.total === 0,
  );

  constructor() {
    this.realtime.on(
      'notification',
      () => {
        void this.decisions.reload();
        void this.alerts.reload();
      },
      inject(DestroyRef),
    );
  }
}

// New versions watched: what was foretold of each, what is lived, and what was done when the two diverged.
import { ChangeDetectionStrategy, Component, DestroyRef, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { Identity } from '../../core/identity';
import { listQuery } from '../../core/query';
import { Realtime } from '../../core/socket';
import type { PolicyWatch } from '../../core/wire';
import { Back } from '../../ui/back';
import { Empty } from '../../ui/empty';
import { WATCH_STATE } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { SettingsCard } from './settings-card';

type Rates = NonNullable<PolicyWatch['live']>;

@Component({
  selector: 'vt-health-page',
  imports: [Back, Empty, More, Pending, RouterLink, SettingsCard, Time],
  template: `
    <div class="page">
      <vt-back to="/policies">Policies</vt-back>
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            When a version is put in force, the sessions recorded before are judged by it. Then what
            it does to live ones is compared with that.
          </p>
        </div>
      </div>
      <div class="columns">
        <section class="card" aria-label="Watches">
          <vt-pending [query]="watches" [rows]="4" />
          @if (watches.value(); as page) {
            @if (page.items.length) {
              <div class="table-scroll">
                <table class="table cards">
                  <thead>
                    <tr>
                      <th scope="col">Version</th>
                      <th scope="col">State</th>
                      <th scope="col">Challenged</th>
                      <th scope="col">Ended</th>
                      <th scope="col">In force since</th>
                    </tr>
                  </thead>
                  <tbody>
                    @for (one of page.items; track one.version) {
                      <tr>
                        <td class="nowrap">
                          <a
                            routerLink="/policies/versions"
                            [queryParams]="{ from: one.replaces, to: one.version }"
                            >Version {{ one.version }}</a
                          >
                        </td>
                        <td data-label="State">
                          <span>
                            <span [class]="'chip ' + words[one.state].tone">{{
                              words[one.state].text
                            }}</span>
                            @if (one.rolled_back_by; as by) {
                              <span class="small"> by version {{ by }}</span>
                            }
                            <span class="told">{{ one.note }}</span>
                          </span>
                        </td>
                        @for (what of hits; track what.key) {
                          <td [attr.data-label]="what.name">
                            <span class="nowrap">
                              {{ share(one.live, what.key) }}
                              @if (one.forecast; as forecast) {
                                <span class="told">foretold {{ share(forecast, what.key) }}</span>
                              }
                            </span>
                          </td>
                        }
                        <td data-label="In force since"><vt-time [at]="one.since" /></td>
                      </tr>
                    }
                  </tbody>
                </table>
              </div>
            } @else {
              <vt-empty icon="shield" title="No version was watched yet">
                The watch begins with the next version that is put in force.
                <a routerLink="/policies/edit">Edit the policy</a>
              </vt-empty>
            }
            <vt-more [list]="watches" />
          }
        </section>
        <vt-policy-settings [mayChange]="mayChange()" />
      </div>
    </div>
  `,
  styles: `
    .told {
      display: block;
      margin-top: 2px;
      max-width: 46ch;
      color: var(--ink-soft);
      font-size: var(--text-xs);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class HealthPage {
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  private readonly realtime = inject(Realtime);
  protected readonly words = WATCH_STATE;
  protected readonly share = share;
  protected readonly hits = [
    { key: 'challenged', name: 'Challenged' },
    { key: 'terminated', name: 'Ended' },
  ] as const;
  protected readonly mayChange = computed(() => this.identity.user()?.role === 'admin');
  protected readonly watches = listQuery(
    () => ({ connections: this.realtime.connections(), limit: 30 }),
    ({ limit }, cursor, signal) =>
      this.api.call('GET /api/v1/policies/watches', { query: { limit, cursor }, signal }),
  );
  protected readonly answer = computed(() => {
    const newest = this.watches.value()?.items[0];
    if (!newest) return 'New versions are watched';
    const { version, state } = newest;
    return {
      forecasting: `Version ${version} is being tried on the past`,
      watching: `Version ${version} is watched`,
      unwatched: `Version ${version} cannot be watched: too little is recorded`,
      passed: `Version ${version} did as was foretold`,
      diverged: `Version ${version} does not do as was foretold`,
      rolled_back: `Version ${version} was rolled back`,
      superseded: `Version ${version} is no longer in force`,
    }[state];
  });

  constructor() {
    const until = inject(DestroyRef);
    const reload = () => void this.watches.reload();
    this.realtime.on('policy_update', reload, until);
    this.realtime.on('admin_notification', reload, until);
  }
}

const share = (rates: Rates | null, what: 'challenged' | 'terminated'): string =>
  rates?.sessions ? `${((rates[what] / rates.sessions) * 100).toFixed(1)} %` : '–';

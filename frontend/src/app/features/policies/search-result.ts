// What a search for thresholds found: the proposal beside today's, on the days it was fitted on and on newer ones.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { plural } from '../../core/format';
import type { FrontierPoint, OptimisationResult } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { Time } from '../../ui/time';
import { FrontierChart } from './frontier-chart';

@Component({
  selector: 'vt-search-result',
  imports: [FrontierChart, Icon, RouterLink, Time],
  template: `
    @if (result().note; as note) {
      <p class="note warn"><vt-icon name="alert" />{{ note }}</p>
    }
    @if (result().applied; as applied) {
      <p class="note good">
        <vt-icon name="check" /><span
          >As the setting says, version {{ applied.version }} was made of it and
          {{ applied.on_trial ? 'put on trial' : 'put in force' }}.
          <a routerLink="/policies/versions">See the versions</a></span
        >
      </p>
    }
    <div class="columns">
      <section class="card" aria-labelledby="found-title">
        <header>
          <h2 id="found-title">
            {{ result().proposal ? 'The proposal' : 'Today’s thresholds' }}
          </h2>
          <span class="small faint">budget {{ result().budget }} for each 1,000 sessions</span>
        </header>
        <div class="table-scroll">
          <table class="table">
            <thead>
              <tr>
                <th scope="col"><span class="sr-only">Figure</span></th>
                <th scope="col" class="num">Version {{ version() }}</th>
                @if (result().proposal) {
                  <th scope="col" class="num">Proposal</th>
                }
              </tr>
            </thead>
            <tbody>
              @for (line of lines(); track line.name) {
                <tr>
                  <td>{{ line.name }}</td>
                  <td class="num">{{ line.today }}</td>
                  @if (result().proposal) {
                    <td class="num">
                      <b>{{ line.proposal }}</b>
                    </td>
                  }
                </tr>
              }
            </tbody>
          </table>
        </div>
        <p class="body small soft">
          Fitted on {{ plural(result().fit_sessions, 'session') }} until
          <vt-time [at]="result().split_at" />, judged on
          {{ plural(result().held_out_sessions, 'newer session') }}.
          {{ plural(result().policies_tried, 'policy', 'policies') }} tried{{
            result().exhaustive ? ', every combination' : ', improved in turn from several starts'
          }}{{ result().sampled ? '; sessions were thinned evenly' : '' }}.
        </p>
      </section>
      <section class="card" aria-labelledby="frontier-title">
        <header><h2 id="frontier-title">Cost against risk</h2></header>
        <div class="body">
          <vt-frontier [result]="result()" />
        </div>
      </section>
    </div>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--gap);
    }
    .num {
      text-align: right;
      font-variant-numeric: tabular-nums;
    }
    p.body {
      border-top: 1px solid var(--line);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SearchResult {
  readonly result = input.required<OptimisationResult>();
  readonly version = input.required<number>();
  /** Of rules, by id. */
  readonly names = input.required<ReadonlyMap<string, string>>();
  protected readonly plural = plural;
  protected readonly lines = computed(() => {
    const { today, proposal } = this.result();
    const figure = (
      point: FrontierPoint | null,
      side: 'fit' | 'held_out',
      key: 'friction' | 'exposure',
    ) => point?.[side]?.[key].toFixed(1) ?? '–';
    const line = (name: string, of: (point: FrontierPoint | null) => string) => ({
      name,
      today: of(today),
      proposal: of(proposal),
    });
    return [
      ...Object.keys(today.thresholds).map((id) =>
        line(`From risk: ${this.names().get(id) ?? id}`, (point) =>
          String(point?.thresholds[id] ?? '–'),
        ),
      ),
      line('Friction, older days', (point) => figure(point, 'fit', 'friction')),
      line('Friction, newer days', (point) => figure(point, 'held_out', 'friction')),
      line('Exposure, older days', (point) => figure(point, 'fit', 'exposure')),
      line('Exposure, newer days', (point) => figure(point, 'held_out', 'exposure')),
    ];
  });
}

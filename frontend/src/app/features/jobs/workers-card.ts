// Workers with what they run now; one that is silent is said to be lost.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { bytes, wholeNumber } from '../../core/format';
import type { JobsOverview } from '../../core/wire';
import { Time } from '../../ui/time';

const MOST_SHOWN = 8;

@Component({
  selector: 'vt-workers-card',
  imports: [RouterLink, Time],
  template: `
    <section class="card" aria-labelledby="workers-title">
      <header><h2 id="workers-title">Workers</h2></header>
      <ul class="list">
        @for (worker of workers(); track worker.id) {
          <li>
            <div class="grow">
              <div class="row wrap">
                <span class="mono name">{{ worker.host }} · {{ worker.pid }}</span>
                @if (worker.lost) {
                  <span class="chip bad">Lost</span>
                }
              </div>
              <p class="small soft">
                {{ worker.active.length }} running, {{ worker.reserved }} in hand,
                {{ number(worker.ended) }} ended · {{ bytes(worker.rss_bytes) }}
              </p>
              <p class="small soft">
                up since <vt-time [at]="worker.started_at" />, heard
                <vt-time [at]="worker.seen_at" />
              </p>
              @for (job of worker.active.slice(0, most); track job.id) {
                <p class="small">
                  <a [routerLink]="['/jobs', job.id]" class="mono">{{ job.task }}</a>
                  since <vt-time [at]="job.since" />
                </p>
              }
              @if (worker.active.length > most) {
                <p class="small">
                  <a routerLink="/jobs" [queryParams]="{ state: 'active' }"
                    >and {{ worker.active.length - most }} more</a
                  >
                </p>
              }
            </div>
          </li>
        } @empty {
          <li><span class="soft">None was heard of in the last ten minutes.</span></li>
        }
      </ul>
    </section>
  `,
  styles: `
    p {
      margin-top: 2px;
    }
    .name {
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WorkersCard {
  readonly workers = input.required<JobsOverview['workers']>();
  protected readonly most = MOST_SHOWN;
  protected readonly bytes = bytes;
  protected readonly number = wholeNumber;
}

// Workers with what they run now; one that is silent is said to be lost.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { JobsOverview } from '../../core/wire';
import { Time } from '../../ui/time';

@Component({
  selector: 'vt-workers-card',
  imports: [RouterLink, Time],
  template: `
    <section class="card" aria-labelledby="workers-title">
      <header><h2 id="workers-title">Workers</h2></header>
      <ul class="body list">
        @for (worker of workers(); track worker.id) {
          <li>
            <div class="row wrap">
              <span class="mono name">{{ worker.host }} · {{ worker.pid }}</span>
              @if (worker.lost) {
                <span class="chip bad">Lost</span>
              }
            </div>
            <p class="small soft">
              {{ worker.active.length }} running, {{ worker.reserved }} in hand,
              {{ worker.ended }} ended, {{ megabytes(worker.rss_bytes) }} MB · heard
              <vt-time [at]="worker.seen_at" />
            </p>
            @for (job of worker.active; track job.id) {
              <p class="small">
                <a [routerLink]="['/jobs', job.id]" class="mono">{{ job.task }}</a>
                since <vt-time [at]="job.since" />
              </p>
            }
          </li>
        } @empty {
          <li>
            No worker was heard of in the last ten minutes. On one machine
            <code>npm start</code> brings one.
          </li>
        }
      </ul>
    </section>
  `,
  styles: `
    .list {
      display: grid;
      gap: 12px;
      margin: 0;
      list-style: none;
    }
    .list p {
      margin: 2px 0 0;
    }
    .name {
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WorkersCard {
  readonly workers = input.required<JobsOverview['workers']>();

  protected megabytes(bytes: number): number {
    return Math.round(bytes / 1e6);
  }
}

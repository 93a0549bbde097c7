// Registered tasks: what each did in the last day, how long it took, and a run by hand.
import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { plural, wholeNumber } from '../../core/format';
import type { JobsStatistics, RegisteredTask } from '../../core/wire';
import { Empty } from '../../ui/empty';
import { Time } from '../../ui/time';
import { bucketsOf, rangeOf, within } from './quantiles';

@Component({
  selector: 'vt-tasks-card',
  imports: [Empty, RouterLink, Time],
  template: `
    <section class="card" aria-labelledby="tasks-title">
      <header>
        <h2 id="tasks-title">Tasks, last 24 hours</h2>
        <span class="small faint">{{ words(tasks().length) }}</span>
      </header>
      <div class="table-scroll">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col" class="num">Done</th>
              <th scope="col" class="num">Failed</th>
              <th scope="col">Took</th>
              <th scope="col"><span class="sr-only">Run now</span></th>
            </tr>
          </thead>
          <tbody>
            @for (row of rows(); track row.task.name) {
              <tr>
                <td>
                  <a
                    routerLink="/jobs"
                    class="mono"
                    [queryParams]="{ task: row.task.name, of: row.task.name }"
                    >{{ row.task.name }}</a
                  >
                  <p class="small soft about">{{ row.task.about }}</p>
                  <p class="small faint about">
                    {{ row.task.queue }}
                    @if (row.last; as at) {
                      · last ended <vt-time [at]="at" />
                    }
                    @if (row.retried) {
                      · {{ row.retried }} took more than one run
                    }
                  </p>
                </td>
                <td data-label="Done" class="num">{{ number(row.succeeded) }}</td>
                <td data-label="Failed" class="num">
                  @if (row.failed) {
                    <a
                      routerLink="/jobs"
                      [queryParams]="{ task: row.task.name, state: 'failed' }"
                      [attr.aria-label]="row.failed + ' failed jobs of ' + row.task.name"
                      >{{ number(row.failed) }}</a
                    >
                  } @else {
                    0
                  }
                </td>
                <td data-label="Took">
                  @if (row.half) {
                    <span class="took">
                      <span class="bars" role="img" [attr.aria-label]="row.words">
                        @for (bar of row.bars; track $index) {
                          <i [style.block-size.%]="bar.height" [title]="bar.words"></i>
                        }
                      </span>
                      <span class="small soft nowrap">half within {{ row.half }}</span>
                      @if (row.most !== row.half) {
                        <span class="small soft nowrap">95 % within {{ row.most }}</span>
                      }
                    </span>
                  } @else {
                    <span class="faint">–</span>
                  }
                </td>
                <td class="right">
                  <button
                    type="button"
                    class="btn quiet"
                    [attr.aria-label]="'Run ' + row.task.name + ' now'"
                    (click)="run.emit(row.task)"
                  >
                    Run now …
                  </button>
                </td>
              </tr>
            } @empty {
              <tr>
                <td colspan="5">
                  <vt-empty icon="check" title="No task fits">
                    Take a filter away to see more.
                    <a routerLink="/jobs" [queryParams]="{ state: 'registered' }">All tasks</a>
                  </vt-empty>
                </td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    </section>
  `,
  styles: `
    .num {
      text-align: right;
    }
    .about {
      margin: 2px 0 0;
      max-width: 60ch;
    }
    .took {
      display: grid;
      justify-items: start;
      gap: 2px;
    }
    .bars {
      display: inline-flex;
      align-items: end;
      gap: 2px;
      block-size: 24px;
      border-block-end: 1px solid var(--line-strong);
    }
    .bars i {
      inline-size: 7px;
      background: var(--accent);
    }
    td {
      padding-block: 8px;
    }
    .btn {
      white-space: nowrap;
    }
    @media (max-width: 720px) {
      .took {
        justify-items: end;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TasksCard {
  readonly tasks = input.required<readonly RegisteredTask[]>();
  readonly statistics = input.required<JobsStatistics['items']>();
  /** Upper bounds of the buckets, milliseconds. */
  readonly bounds = input.required<readonly number[]>();
  readonly run = output<RegisteredTask>();
  protected readonly number = wholeNumber;
  protected readonly words = (count: number): string => plural(count, 'task');

  protected readonly rows = computed(() =>
    this.tasks().map((task) => {
      const found = this.statistics().find((row) => row.task === task.name);
      const buckets = bucketsOf(found?.histogram ?? [], this.bounds());
      const most = Math.max(1, ...buckets.map(({ count }) => count));
      const busy = buckets.filter(({ count }) => count > 0);
      return {
        task,
        succeeded: found?.succeeded ?? 0,
        failed: found?.failed ?? 0,
        retried: found?.retried ?? 0,
        last: found?.last,
        half: within(buckets, 0.5),
        most: within(buckets, 0.95),
        bars: buckets.map((bucket) => ({
          height: bucket.count > 0 ? Math.max(8, (bucket.count / most) * 100) : 0,
          words: `${wholeNumber(bucket.count)} took ${rangeOf(bucket)}`,
        })),
        words: busy.map((one) => `${wholeNumber(one.count)} took ${rangeOf(one)}`).join(', '),
      };
    }),
  );
}

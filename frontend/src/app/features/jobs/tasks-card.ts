// Registered tasks: what each did in the last day, how long it took, and a run by hand.
import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { JobsOverview, RegisteredTask } from '../../core/wire';
import { duration } from './duration';

@Component({
  selector: 'vt-tasks-card',
  template: `
    <section class="card" aria-labelledby="tasks-title">
      <header><h2 id="tasks-title">Tasks, last 24 hours</h2></header>
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
                  <span class="mono">{{ row.task.name }}</span>
                  <p class="small soft about">{{ row.task.about }}</p>
                </td>
                <td data-label="Done" class="num">{{ row.succeeded }}</td>
                <td data-label="Failed" class="num">{{ row.failed }}</td>
                <td data-label="Took">
                  @if (row.bars.length) {
                    <span class="bars" role="img" [attr.aria-label]="row.words">
                      @for (bar of row.bars; track $index) {
                        <i [style.block-size.%]="bar.height" [title]="bar.words"></i>
                      }
                    </span>
                  }
                </td>
                <td class="end">
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
            }
          </tbody>
        </table>
      </div>
    </section>
  `,
  styles: `
    .about {
      margin: 2px 0 0;
      max-width: 60ch;
    }
    .bars {
      display: inline-flex;
      align-items: end;
      gap: 2px;
      block-size: 24px;
    }
    .bars i {
      inline-size: 6px;
      min-block-size: 1px;
      background: var(--accent);
    }
    .end {
      text-align: end;
      white-space: nowrap;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TasksCard {
  readonly tasks = input.required<readonly RegisteredTask[]>();
  readonly statistics = input.required<JobsOverview['statistics']>();
  /** Upper bounds of the buckets, milliseconds. */
  readonly bounds = input.required<readonly number[]>();
  readonly run = output<RegisteredTask>();

  protected readonly rows = computed(() =>
    this.tasks().map((task) => {
      const found = this.statistics().find((row) => row.task === task.name);
      const counts = found?.histogram ?? [];
      const most = Math.max(1, ...counts);
      const bars = counts.map((count, index) => ({
        height: (count / most) * 100,
        words: `${count} ${this.between(index)}`,
      }));
      const busy = bars.filter(({ height }) => height > 0);
      return {
        task,
        succeeded: found?.succeeded ?? 0,
        failed: found?.failed ?? 0,
        bars: busy.length > 0 ? bars : [],
        words: busy.map(({ words }) => words).join(', '),
      };
    }),
  );

  private between(index: number): string {
    const upTo = this.bounds()[index] ?? Infinity;
    return upTo > 1e9
      ? `longer than ${duration(this.bounds()[index - 1] ?? 0)}`
      : `up to ${duration(upTo)}`;
  }
}

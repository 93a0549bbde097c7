// Before every failed job is tried again: how many there are, of which tasks, and the first few with what went wrong.
import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { plural, wholeNumber } from '../../core/format';
import { query } from '../../core/query';
import type { Request } from '../../core/wire';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';

export type RetryFilter = NonNullable<Request<'POST /api/v1/jobs/retry-failed'>['body']>;

@Component({
  selector: 'vt-retry-dialog',
  imports: [Pending, ProblemNote, Time],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); agree()">
      <h2 id="retry-title">{{ title() }}</h2>
      <p class="soft" id="retry-text">
        {{ filterWords }} Each runs anew with its own payload, as a new job; the old one stays in
        the history and names the new one.
      </p>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      <vt-pending [query]="preview" />
      @if (preview.value(); as found) {
        @if (found.total > found.at_once) {
          <p class="note warn" role="status">
            {{ number(found.at_once) }} are tried again at a time, the newest first. Repeat it for
            the rest.
          </p>
        }
        @if (found.tasks.length) {
          <div class="scroll" tabindex="0" role="region" aria-label="What is tried again">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Task</th>
                  <th scope="col" class="right">Failed</th>
                </tr>
              </thead>
              <tbody>
                @for (one of found.tasks; track one.task) {
                  <tr>
                    <td class="mono">
                      {{ one.task }}
                      @if (!one.known) {
                        <span class="chip warn">No such task any more: left as it is</span>
                      }
                    </td>
                    <td class="right">{{ number(one.count) }}</td>
                  </tr>
                }
              </tbody>
            </table>
            <h3>The newest</h3>
            <ul>
              @for (job of found.first; track job.id) {
                <li class="small">
                  <span class="mono">{{ job.task }}</span> · <vt-time [at]="job.ended_at ?? ''" />
                  <p class="soft">{{ job.error?.message }}</p>
                </li>
              }
            </ul>
          </div>
        }
      }
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary" [disabled]="busy() || !count()">
          {{ count() ? 'Try ' + number(count()) + ' again' : 'Try again' }}
        </button>
      </footer>
    </form>
  `,
  styles: `
    .scroll {
      max-height: 46vh;
      overflow: auto;
    }
    h3 {
      margin: 12px 0 4px;
    }
    ul {
      display: grid;
      gap: 8px;
    }
    li p {
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RetryDialog {
  /** Closes with what was done, in words. */
  protected readonly ref = inject<DialogRef<string>>(DialogRef);
  private readonly filter = inject<RetryFilter>(DIALOG_DATA);
  private readonly api = inject(Api);
  protected readonly number = wholeNumber;
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly preview = query(
    () => this.filter,
    (query, signal) => this.api.call('GET /api/v1/jobs/retry-failed', { query, signal }),
  );
  protected readonly count = computed(() => {
    const found = this.preview.value();
    if (!found) return 0;
    const known = found.tasks.reduce((sum, one) => sum + (one.known ? one.count : 0), 0);
    return Math.min(known, found.at_once);
  });
  protected readonly title = computed(() => {
    const found = this.preview.value();
    if (!found) return 'Try failed jobs again?';
    if (found.total === 0) return 'No failed job fits';
    return `Try ${plural(found.total, 'failed job')} again?`;
  });
  protected readonly filterWords = this.wordsOf(this.filter);

  protected async agree(): Promise<void> {
    if (this.busy() || !this.count()) return;
    this.busy.set(true);
    try {
      const { retried, left } = await this.api.call('POST /api/v1/jobs/retry-failed', {
        body: this.filter,
      });
      this.ref.close(
        `${plural(retried, 'job')} tried again${left > 0 ? `, ${left} left as they were` : ''}.`,
      );
    } catch (error) {
      this.problem.set(toApiError(error).problem);
      this.busy.set(false);
      await this.preview.reload();
    }
  }

  private wordsOf({ task, queue, q }: RetryFilter): string {
    const parts = [
      ...(task ? [`of the task ${task}`] : []),
      ...(queue ? [`of ${queue}`] : []),
      ...(q ? [`with “${q}”`] : []),
    ];
    return parts.length > 0 ? `Jobs ${parts.join(', ')}.` : 'Every failed job in the history.';
  }
}

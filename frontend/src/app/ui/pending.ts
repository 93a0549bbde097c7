// What stands where a value is not yet there, or could not be read: a quiet skeleton, or what happened and what to do.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ClientProblem } from '../core/api-error';
import type { ReadQuery } from '../core/query';
import { Icon } from './icon';

@Component({
  selector: 'vt-problem',
  imports: [Icon],
  template: `
    <div class="note bad" role="alert">
      <vt-icon name="alert" />
      <div class="grow">
        <b>{{ problem().title }}</b>
        <p>{{ problem().detail }} {{ problem().fix }}</p>
        @for (issue of problem().issues; track issue.path) {
          <p class="small">
            <span class="mono">{{ issue.path }}</span> {{ issue.message }}
          </p>
        }
      </div>
      <ng-content />
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ProblemNote {
  readonly problem = input.required<ClientProblem>();
}

/** What is not there, no longer, or asked for in a wrong way is so the next time too. */
const FOR_GOOD: ReadonlySet<number | undefined> = new Set([400, 404, 410]);

@Component({
  selector: 'vt-pending',
  imports: [ProblemNote],
  template: `
    @if (query().problem(); as problem) {
      <vt-problem [problem]="problem">
        @if (mayHelp(problem)) {
          <button type="button" class="btn" (click)="query().reload()">Try again</button>
        }
      </vt-problem>
    } @else if (waiting()) {
      <div class="lines" role="status" aria-label="Loading">
        @for (line of lines(); track line) {
          <div class="skeleton"></div>
        }
      </div>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
    .lines {
      display: grid;
      gap: 10px;
      padding: var(--pad);
    }
    .skeleton {
      height: 20px;
    }
    .skeleton:nth-child(3n + 2) {
      width: 82%;
    }
    .skeleton:nth-child(3n) {
      width: 64%;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Pending {
  readonly query = input.required<ReadQuery<unknown>>();
  readonly rows = input(4);
  protected readonly mayHelp = ({ status }: ClientProblem): boolean => !FOR_GOOD.has(status);
  protected readonly waiting = computed(
    () => this.query().loading() && this.query().value() === undefined,
  );
  protected readonly lines = computed(() => Array.from({ length: this.rows() }, (_, i) => i));
}

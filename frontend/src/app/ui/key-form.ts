// Making an API key: what it is for, what it may do, for how long.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  input,
  linkedSignal,
  signal,
} from '@angular/core';
import { type ClientProblem, toApiError } from '../core/api-error';
import { ProblemNote } from './pending';
import { Ticks } from './ticks';
import { Value } from './value';

export interface KeyWish<Scope> {
  name: string;
  scopes: Scope[];
  days: number;
}

@Component({
  selector: 'vt-key-form',
  imports: [ProblemNote, Ticks, Value],
  template: `
    <form class="stack" (submit)="$event.preventDefault(); submit()">
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      <label class="field">
        <span>What it is for</span>
        <input class="input" maxlength="100" autocomplete="off" required [(vtValue)]="name" />
      </label>
      <vt-ticks legend="It may" [words]="words()" [(chosen)]="chosen" />
      <label class="field">
        <span>For how many days</span>
        <input class="input" type="number" min="1" max="365" required [(vtValue)]="days" />
      </label>
      <div>
        <button type="submit" class="btn primary" [disabled]="!ready() || busy()">Make key</button>
      </div>
    </form>
  `,
  styles: `
    form {
      padding: var(--pad);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeyForm<Scope extends string> {
  /** What a key may be allowed, in words. */
  readonly words = input.required<Readonly<Record<Scope, string>>>();
  /** Makes the key; what it throws is shown, and what was entered stays. */
  readonly make = input.required<(wish: KeyWish<Scope>) => Promise<void>>();
  /** What most will ask for. */
  readonly proposed = input<Pick<KeyWish<Scope>, 'name' | 'scopes'>>({ name: '', scopes: [] });
  protected readonly name = linkedSignal(() => this.proposed().name);
  protected readonly days = signal('90');
  protected readonly chosen = linkedSignal<ReadonlySet<Scope>>(
    () => new Set(this.proposed().scopes),
  );
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(
    () => this.name().trim().length > 0 && this.chosen().size > 0 && Number(this.days()) >= 1,
  );

  protected async submit(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const scopes = [...this.chosen()];
      await this.make()({ name: this.name().trim(), scopes, days: Number(this.days()) });
      this.name.set(this.proposed().name);
      this.chosen.set(new Set(this.proposed().scopes));
      this.problem.set(undefined);
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}

// On the way to a protected site: asks for fresh proof when the site wants it, then goes on with a one-time code.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { ProblemNote } from '../../ui/pending';

/** Somebody typed the address, or kept a part of it. */
const INCOMPLETE: ClientProblem = {
  type: 'about:blank',
  title: 'This address is not whole',
  status: 400,
  detail: 'It does not say which site you are on the way to.',
  code: 'invalid-input',
  fix: 'Open the site itself: it leads you here and back.',
};

@Component({
  selector: 'vt-enter-page',
  imports: [ProblemNote, RouterLink],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ title() }}</h1>
          @if (!problem()) {
            <p class="lead">
              {{ host() }} is protected by Verity. You are signed in as
              {{ identity.user()?.email }}.
            </p>
          }
        </div>
      </div>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      @if (!waits() && problem()) {
        <div class="row wrap">
          @if (complete()) {
            <button type="button" class="btn" (click)="go()">Try again</button>
          }
          <a class="btn" routerLink="/my-session">To my session</a>
        </div>
      }
    </div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EnterPage {
  /** As the site sent them along; the server judges each. */
  readonly origin = input('');
  readonly to = input('/');
  readonly state = input('');
  readonly step_up = input<string>();
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly complete = computed(() => Boolean(this.origin() && this.state()));
  private readonly asked = signal(false);
  private readonly leaving = signal(false);
  protected readonly waits = computed(() => this.identity.stepUpReason() !== undefined);
  protected readonly host = computed(() =>
    URL.canParse(this.origin()) ? new URL(this.origin()).host : 'This site',
  );
  protected readonly title = computed(() => {
    if (this.waits()) return 'Prove again that it is you';
    return this.problem() ? 'This site cannot be entered' : `On the way to ${this.host()} …`;
  });

  constructor() {
    effect(() => {
      if (!this.complete()) return this.problem.set(INCOMPLETE);
      if (this.step_up() === '1' && !this.asked()) return untracked(() => this.ask());
      if (this.waits() || this.leaving()) return;
      untracked(() => void this.go());
    });
  }

  /** The gate of the session opens its dialog for the reason, and takes it away when the proof has passed. */
  private ask(): void {
    this.asked.set(true);
    this.identity.stepUpReason.set(`${this.host()} asks for fresh proof that it is you.`);
  }

  protected async go(): Promise<void> {
    this.leaving.set(true);
    try {
      const { location: next } = await this.api.call('POST /api/v1/sites/enter', {
        body: { origin: this.origin(), to: this.to(), state: this.state() },
      });
      location.replace(next);
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
  }
}

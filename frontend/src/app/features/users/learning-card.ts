// On what terms the behaviour of a person is learnt: a temporary baseline, a shared account, erasure at their request.
import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { exactTime, plural } from '../../core/format';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { LearningTerms } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Icon } from '../../ui/icon';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';

@Component({
  selector: 'vt-learning-card',
  imports: [Icon, Pending, RouterLink, Time],
  template: `
    <section class="card" aria-labelledby="learning-title">
      <header>
        <h2 id="learning-title">Behaviour</h2>
        @if (terms.value()?.temporary) {
          <span class="chip warn">Temporary baseline</span>
        }
        @if (terms.value()?.household) {
          <span class="chip warn">Household</span>
        }
      </header>
      <vt-pending [query]="terms" [rows]="2" />
      @if (terms.value(); as one) {
        <div class="body stack">
          @for (weakness of one.weakens; track weakness) {
            <div class="note warn">
              <vt-icon name="alert" />
              <p>{{ weakness }}</p>
            </div>
          }
          @if (one.temporary; as temporary) {
            <p class="small">
              Temporary baseline until <b>{{ exact(temporary.until) }}</b>,
              {{ plural(temporary.keystroke_windows, 'window') }} of typing so far.
            </p>
            <div>
              <button type="button" class="btn" (click)="endBaseline()">End it now</button>
            </div>
          }
          <label class="switch">
            <input
              #household
              type="checkbox"
              role="switch"
              [checked]="one.household"
              (change)="share(!one.household, household)"
            />
            Two people share this account (household)
          </label>
          @if (one.erased_at; as at) {
            <p class="small soft">Behaviour was last erased <vt-time [at]="at" />.</p>
          }
          <div class="row wrap">
            <button type="button" class="btn danger" (click)="erase()">
              <vt-icon name="trash" />Erase behaviour
            </button>
            <a
              class="small"
              routerLink="/appeals"
              [queryParams]="{ user_id: user(), status: 'all' }"
              >Appeals and requests</a
            >
          </div>
        </div>
      }
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class LearningCard {
  readonly user = input.required<string>();
  readonly name = input.required<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly plural = plural;
  protected readonly exact = (at: string) => exactTime(Date.parse(at));
  protected readonly terms = query(
    () => ({ id: this.user() }),
    (params, signal) => this.api.call('GET /api/v1/users/:id/learning', { params, signal }),
  );

  protected async share(on: boolean, box: HTMLInputElement): Promise<void> {
    const consent = await this.confirm.ask({
      title: on ? `Do two people share the account of ${this.name()}?` : 'One person again?',
      consequence: on
        ? 'It weakens the account: what was learnt is split into two, and a stranger need only resemble one of them. Better give each person an account. Both are told.'
        : 'Behaviour is compared with one model again, made anew of what is kept.',
      confirm: on ? 'Switch household on' : 'Switch household off',
      danger: on,
      reason: true,
    });
    box.checked = !on;
    if (!consent) return;
    await this.change('Nothing was changed.', () =>
      this.api.call('PUT /api/v1/users/:id/household', {
        params: { id: this.user() },
        body: { on, ...consent },
      }),
    );
  }

  protected async endBaseline(): Promise<void> {
    const consent = await this.confirm.ask({
      title: `End the temporary baseline of ${this.name()}?`,
      consequence:
        'What was learnt since it began is forgotten, and the standing model returns at once.',
      confirm: 'End it',
      reason: true,
    });
    if (!consent) return;
    await this.change('It did not end.', () =>
      this.api.call('POST /api/v1/users/:id/baseline/end', {
        params: { id: this.user() },
        body: consent,
      }),
    );
  }

  protected async erase(): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Erase the behaviour of ${this.name()}?`,
      consequence:
        'Windows, models, scores and the reasons of decisions are removed for good; learning begins from nothing. It cannot be undone. The person is told and the audit log keeps a receipt.',
      confirm: 'Erase for good',
      danger: true,
      reason: true,
      suggestions: ['Asked for by the person', 'The person has left'],
    });
    if (!consent) return;
    try {
      const receipt = await this.api.call('POST /api/v1/users/:id/erasure', {
        params: { id: this.user() },
        body: { scores: true, ...consent },
      });
      this.toasts.say(
        `Erased: ${plural(receipt.windows, 'window')}, ${plural(receipt.models, 'model')}.`,
      );
      await this.terms.reload();
    } catch (error) {
      this.toasts.fail('Nothing was erased.', error);
    }
  }

  private async change(failed: string, act: () => Promise<LearningTerms>): Promise<void> {
    try {
      this.terms.set(await act());
    } catch (error) {
      this.toasts.fail(failed, error);
    }
  }
}

// Harm asks first: a dialog that says the consequence in words and wants a reason where one is kept.
import { Dialog, DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  Injectable,
  computed,
  inject,
  signal,
} from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { Value } from './value';

export interface Question {
  title: string;
  /** What follows, in words. */
  consequence: string;
  /** The verb of the button. */
  confirm: string;
  danger?: boolean;
  /** Asks for the reason that the record keeps. */
  reason?: boolean;
  /** Ready-made reasons. */
  suggestions?: readonly string[];
}

export interface Consent {
  reason: string;
}

const LEAST_REASON = 3;

@Component({
  selector: 'vt-confirm-dialog',
  imports: [Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); agree()">
      <h2 id="confirm-title">{{ question.title }}</h2>
      <p id="confirm-text" class="soft">{{ question.consequence }}</p>
      @if (question.reason) {
        <label class="field">
          <span>Reason, kept in the audit log</span>
          <textarea class="input" rows="2" maxlength="500" [(vtValue)]="reason" required></textarea>
        </label>
        @if (question.suggestions; as suggestions) {
          <div class="row wrap">
            @for (suggestion of suggestions; track suggestion) {
              <button type="button" class="chip accent" (click)="reason.set(suggestion)">
                {{ suggestion }}
              </button>
            }
          </div>
        }
      }
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button
          type="submit"
          class="btn primary"
          [class.danger]="question.danger"
          [disabled]="!ready()"
        >
          {{ question.confirm }}
        </button>
      </footer>
    </form>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ConfirmDialog {
  protected readonly question = inject<Question>(DIALOG_DATA);
  protected readonly ref = inject<DialogRef<Consent>>(DialogRef);
  protected readonly reason = signal('');
  protected readonly ready = computed(
    () => !this.question.reason || this.reason().trim().length >= LEAST_REASON,
  );

  protected agree(): void {
    if (this.ready()) this.ref.close({ reason: this.reason().trim() });
  }
}

@Injectable({ providedIn: 'root' })
export class Confirm {
  private readonly dialog = inject(Dialog);

  /** Answers undefined when the person thinks better of it. */
  async ask(question: Question): Promise<Consent | undefined> {
    const ref = this.dialog.open<Consent, Question>(ConfirmDialog, {
      data: question,
      backdropClass: 'scrim',
      ariaLabelledBy: 'confirm-title',
      ariaDescribedBy: 'confirm-text',
    });
    return firstValueFrom(ref.closed);
  }
}

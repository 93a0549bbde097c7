// Asks for a short name.
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
import { FocusFirst } from './focus-first';
import { Value } from './value';

@Component({
  selector: 'vt-ask-name-dialog',
  imports: [FocusFirst, Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); take()">
      <h2 id="ask-name-title">Give it a name</h2>
      <label class="field">
        <span>Name</span>
        <input class="input" vtFocusFirst maxlength="60" [(vtValue)]="name" />
      </label>
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary" [disabled]="!ready()">Save</button>
      </footer>
    </form>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AskNameDialog {
  protected readonly ref = inject<DialogRef<string>>(DialogRef);
  protected readonly name = signal(inject<string>(DIALOG_DATA));
  protected readonly ready = computed(() => this.name().trim().length > 0);

  protected take(): void {
    if (this.ready()) this.ref.close(this.name().trim());
  }
}

@Injectable({ providedIn: 'root' })
export class AskName {
  private readonly dialog = inject(Dialog);

  /** The new name; undefined when the person thinks better of it. */
  ask(now: string): Promise<string | undefined> {
    const ref = this.dialog.open<string, string>(AskNameDialog, {
      data: now,
      backdropClass: 'scrim',
      ariaLabelledBy: 'ask-name-title',
    });
    return firstValueFrom(ref.closed);
  }
}

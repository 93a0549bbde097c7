// Asks for the reason, shows what changes, and says what follows, before a draft judges anybody.
import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { plural } from '../../core/format';
import type { PolicyPreview } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { Value } from '../../ui/value';
import { ChangeList } from './change-list';

export interface Saving {
  reason: string;
  report_only: boolean;
}

const LEAST_REASON = 3;

@Component({
  selector: 'vt-save-dialog',
  imports: [ChangeList, Icon, Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); save()">
      <h2 id="save-title">{{ trial() ? 'Put it on trial?' : 'Put it in force?' }}</h2>
      <p class="soft">{{ consequence() }}</p>
      <vt-changes [changes]="preview.changes ?? []" />
      @for (finding of preview.findings; track finding.path + finding.message) {
        <p class="note warn">
          <vt-icon name="alert" /><span>{{ finding.message }}</span>
        </p>
      }
      @if (preview.findings.length) {
        <label class="check small">
          <input type="checkbox" [checked]="accepted()" (change)="accepted.set(!accepted())" />
          Keep it in spite of {{ preview.findings.length === 1 ? 'the warning' : 'the warnings' }}
        </label>
      }
      <label class="field">
        <span>Reason, kept with the version and in the audit log</span>
        <textarea class="input" rows="2" maxlength="500" required [(vtValue)]="reason"></textarea>
      </label>
      <label class="switch">
        <input type="checkbox" role="switch" [checked]="trial()" (change)="trial.set(!trial())" />
        On trial: report only, enforce nothing
      </label>
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary" [disabled]="!ready()">
          {{ trial() ? 'Put on trial' : 'Put in force' }}
        </button>
      </footer>
    </form>
  `,
  styles: `
    .dialog {
      width: min(640px, calc(100vw - 32px));
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SaveDialog {
  protected readonly preview = inject<PolicyPreview>(DIALOG_DATA);
  protected readonly ref = inject<DialogRef<Saving>>(DialogRef);
  protected readonly reason = signal('');
  protected readonly trial = signal(false);
  protected readonly accepted = signal(false);
  protected readonly ready = computed(
    () =>
      this.reason().trim().length >= LEAST_REASON &&
      (this.preview.findings.length === 0 || this.accepted()),
  );
  protected readonly consequence = computed(() => {
    const changed = this.preview.sessions?.changed ?? 0;
    if (this.trial()) {
      return 'It judges every session beside the version in force. What it would have done is put on record; nothing of it is enforced.';
    }
    const hit = changed
      ? `${plural(changed, 'live session')} would be judged otherwise.`
      : 'No live session would be judged otherwise.';
    return `It is in force on every process within a second. ${hit}`;
  });

  protected save(): void {
    if (this.ready()) this.ref.close({ reason: this.reason().trim(), report_only: this.trial() });
  }
}

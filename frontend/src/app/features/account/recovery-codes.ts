// Recovery codes, shown once: to be saved or written down before they are gone.
import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { download } from '../../core/download';
import { Icon } from '../../ui/icon';

@Component({
  selector: 'vt-recovery-codes',
  imports: [Icon],
  template: `
    <div class="stack">
      <div class="note good" role="status">
        <vt-icon name="check" />
        <div>
          <b>{{ title() }}</b>
          <p>
            Each works once, in place of your authenticator or passkey. They are shown only now.
          </p>
        </div>
      </div>
      <ul class="codes mono" aria-label="Recovery codes">
        @for (one of codes(); track one) {
          <li>{{ one }}</li>
        }
      </ul>
      <div class="row wrap">
        <button type="button" class="btn" (click)="save()">
          <vt-icon name="download" />Save as a file
        </button>
        <button type="button" class="btn primary" (click)="kept.emit()">I have kept them</button>
      </div>
    </div>
  `,
  styles: `
    .codes {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(170px, 1fr));
      gap: 6px 16px;
      padding: 12px;
      border-radius: var(--radius-s);
      background: var(--sunken);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RecoveryCodes {
  readonly title = input.required<string>();
  readonly codes = input.required<readonly string[]>();
  readonly kept = output();

  protected save(): void {
    download('verity-recovery-codes.txt', 'text/plain', `${this.codes().join('\n')}\n`);
  }
}

// A secret or link that is shown once: says so, and copies on click.
import { DIALOG_DATA, Dialog, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, Injectable, inject } from '@angular/core';
import { CopyId } from './copy-id';
import { Icon } from './icon';

export interface Secret {
  title: string;
  /** What to do with it. */
  advice: string;
  what: string;
  value: string;
}

@Component({
  selector: 'vt-shown-once-dialog',
  imports: [CopyId, Icon],
  template: `
    <div class="dialog">
      <h2 id="shown-once-title">{{ secret.title }}</h2>
      <p class="soft">{{ secret.advice }}</p>
      <div class="secret"><vt-copy [value]="secret.value" [what]="secret.what" /></div>
      <div class="note warn">
        <vt-icon name="alert" />
        <p>It is shown this once and kept nowhere in readable form. Copy it before you close.</p>
      </div>
      <footer>
        <button type="button" class="btn primary" (click)="ref.close()">I have copied it</button>
      </footer>
    </div>
  `,
  styles: `
    .dialog {
      width: min(560px, calc(100vw - 32px));
    }
    .secret {
      padding: 10px 12px;
      border: 1px solid var(--line);
      border-radius: var(--radius-s);
      background: var(--sunken);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ShownOnceDialog {
  protected readonly secret = inject<Secret>(DIALOG_DATA);
  protected readonly ref = inject(DialogRef);
}

@Injectable({ providedIn: 'root' })
export class ShownOnce {
  private readonly dialog = inject(Dialog);

  show(secret: Secret): void {
    this.dialog.open(ShownOnceDialog, {
      data: secret,
      disableClose: true,
      backdropClass: 'scrim',
      ariaLabelledBy: 'shown-once-title',
    });
  }
}

// Navigation on a phone: the same list in a drawer.
import { DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Icon } from '../../ui/icon';
import { Nav } from './nav';

@Component({
  selector: 'vt-nav-drawer',
  imports: [Icon, Nav],
  template: `
    <div class="head">
      <b>Verity</b>
      <button
        type="button"
        class="btn quiet icon"
        aria-label="Close navigation"
        (click)="ref.close()"
      >
        <vt-icon name="close" />
      </button>
    </div>
    <vt-nav (chosen)="ref.close()" />
  `,
  styles: `
    :host {
      display: block;
      width: min(300px, 84vw);
      height: 100dvh;
      overflow: auto;
      border-right: 1px solid var(--line);
      background: var(--surface);
    }
    .head {
      display: flex;
      align-items: center;
      justify-content: space-between;
      padding: 10px 12px 0 20px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NavDrawer {
  protected readonly ref = inject(DialogRef);
}

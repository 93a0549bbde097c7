// A piece of code that copies on click.
import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Icon } from '../../ui/icon';

@Component({
  selector: 'vt-snippet',
  imports: [Icon],
  template: `
    <pre tabindex="0" role="group" [attr.aria-label]="what()"><code>{{ code() }}</code></pre>
    <button type="button" class="btn" (click)="copy()">
      <vt-icon [name]="copied() ? 'check' : 'copy'" />{{ copied() ? 'Copied' : 'Copy' }}
    </button>
  `,
  styles: `
    :host {
      position: relative;
      display: block;
    }
    pre {
      overflow-x: auto;
      padding: 14px 96px 14px 14px;
      border: 1px solid var(--line);
      border-radius: var(--radius-s);
      background: var(--sunken);
      line-height: 1.6;
    }
    button {
      position: absolute;
      top: 8px;
      right: 8px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Snippet {
  readonly code = input.required<string>();
  readonly what = input.required<string>();
  protected readonly copied = signal(false);
  private readonly clipboard = inject(Clipboard);

  protected copy(): void {
    this.copied.set(this.clipboard.copy(this.code()));
    setTimeout(() => this.copied.set(false), 1_500);
  }
}

// A piece of code that copies on click.
import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Icon } from '../../ui/icon';

@Component({
  selector: 'vt-snippet',
  imports: [Icon],
  template: `
    <div class="bar">
      <span class="grow">{{ what() }}</span>
      <button
        type="button"
        class="btn quiet"
        [attr.aria-label]="'Copy: ' + what()"
        (click)="copy()"
      >
        <vt-icon [name]="copied() ? 'check' : 'copy'" />{{ copied() ? 'Copied' : 'Copy' }}
      </button>
    </div>
    <pre tabindex="0" role="group" [attr.aria-label]="what()"><code>{{ code() }}</code></pre>
  `,
  styles: `
    :host {
      display: block;
      border: 1px solid var(--line);
      border-radius: var(--radius-s);
      background: var(--sunken);
      overflow: hidden;
    }
    .bar {
      display: flex;
      align-items: center;
      padding: 2px 4px 2px 14px;
      border-bottom: 1px solid var(--line);
      color: var(--ink-faint);
      font-size: var(--text-xs);
    }
    pre {
      overflow-x: auto;
      padding: 12px 14px;
      line-height: 1.6;
    }
    pre:focus-visible {
      outline-offset: -2px;
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

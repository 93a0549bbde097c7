// An empty state: what would stand here, and how it comes to be.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon, type IconName } from './icon';

@Component({
  selector: 'vt-empty',
  imports: [Icon],
  template: `
    <vt-icon [name]="icon()" />
    <b>{{ title() }}</b>
    <p><ng-content /></p>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: 4px;
      padding: 36px 24px;
      color: var(--ink-soft);
      text-align: center;
    }
    b {
      color: var(--ink);
      font-weight: 600;
    }
    p {
      max-width: 52ch;
      font-size: var(--text-s);
    }
    vt-icon {
      margin-bottom: 6px;
      padding: 10px;
      border-radius: 10px;
      background: var(--sunken);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Empty {
  readonly title = input.required<string>();
  readonly icon = input<IconName>('info');
}

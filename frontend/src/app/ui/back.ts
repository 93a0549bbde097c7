// The way back to the list that a page belongs to.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from './icon';

@Component({
  selector: 'vt-back',
  imports: [Icon, RouterLink],
  template: `<a [routerLink]="to()"><vt-icon name="left" /><ng-content /></a>`,
  styles: `
    :host {
      justify-self: start;
    }
    a {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      margin-left: -4px;
      color: var(--ink-soft);
      font-size: var(--text-s);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Back {
  readonly to = input.required<string>();
}

// The way back from a page of a place to the place itself.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '../../ui/icon';

@Component({
  selector: 'vt-back',
  imports: [Icon, RouterLink],
  template: `<a class="small" [routerLink]="to()"><vt-icon name="left" />{{ name() }}</a>`,
  styles: `
    :host {
      justify-self: start;
    }
    a {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      color: var(--ink-soft);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BackLink {
  readonly to = input('/policies');
  readonly name = input('Policies');
}

// A page that does not exist.
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Empty } from '../../ui/empty';

@Component({
  selector: 'vt-not-found',
  imports: [Empty, RouterLink],
  template: `
    <div class="page">
      <h1>There is no such page</h1>
      <vt-empty icon="search" title="This address leads nowhere">
        It may have moved or been mistyped. <a routerLink="/">Go to your first page</a> or press
        Ctrl K to find what you look for.
      </vt-empty>
    </div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotFound {}

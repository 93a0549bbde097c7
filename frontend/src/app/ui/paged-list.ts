// A list that is read page by page, in a card: waiting, failed, empty or there; its rows and its empty state are put inside.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ListQuery } from '../core/query';
import { More } from './more';
import { Pending } from './pending';

@Component({
  selector: 'vt-paged-list',
  imports: [More, Pending],
  template: `
    <section class="card" [attr.aria-label]="label()">
      <vt-pending [query]="list()" [rows]="6" />
      @if (list().value()) {
        @if (empty()) {
          <ng-content select="vt-empty" />
        } @else {
          <div class="table-scroll"><ng-content /></div>
        }
        <vt-more [list]="list()" />
      }
    </section>
  `,
  styles: `
    :host {
      display: block;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PagedList {
  readonly list = input.required<ListQuery<unknown>>();
  readonly label = input.required<string>();
  protected readonly empty = computed(() => this.list().value()?.items.length === 0);
}

// The foot of a paged list: reads the next page when it comes into view; says how much there is.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  computed,
  inject,
  input,
} from '@angular/core';
import { wholeNumber } from '../core/format';
import type { ListQuery } from '../core/query';

const SHORT = 12;

type Foot = Pick<ListQuery<unknown>, 'value' | 'more' | 'loadingMore' | 'moreProblem' | 'loadMore'>;

@Component({
  selector: 'vt-more',
  template: `
    @if (list().value(); as page) {
      <span class="faint">{{ count() }}</span>
      @if (list().moreProblem(); as problem) {
        <span role="alert">{{ problem.detail }}</span>
      }
      @if (list().more()) {
        <button
          type="button"
          class="btn"
          [disabled]="list().loadingMore()"
          (click)="list().loadMore()"
        >
          {{ list().loadingMore() ? 'Reading …' : 'Show more' }}
        </button>
      }
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: 8px;
      padding: 8px var(--pad);
      font-size: var(--text-s);
    }
    :host(.whole) {
      display: none;
    }
  `,
  host: { '[class.whole]': 'whole()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class More {
  readonly list = input.required<Foot>();
  /** A short list that is all there needs no count. */
  protected readonly whole = computed(() => {
    const page = this.list().value();
    return page !== undefined && !this.list().more() && page.items.length <= SHORT;
  });
  protected readonly count = computed(() => {
    const page = this.list().value();
    if (!page?.items.length) return '';
    return `${wholeNumber(page.items.length)} of ${wholeNumber(page.total)}`;
  });

  constructor() {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting && !this.list().moreProblem()) void this.list().loadMore();
      },
      { rootMargin: '300px' },
    );
    observer.observe(inject<ElementRef<HTMLElement>>(ElementRef).nativeElement);
    inject(DestroyRef).onDestroy(() => observer.disconnect());
  }
}

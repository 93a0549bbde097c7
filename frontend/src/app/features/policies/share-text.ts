// A share in words that are honest about few cases: the share, how many of how many, and how sure one can be.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { EffectShare } from '../../core/wire';

export const percentText = (share: number): string => `${Math.round(share * 100)} %`;

@Component({
  selector: 'vt-share',
  template: `
    @if (share().share !== null) {
      <b>{{ text() }}</b>
      <span class="faint" [title]="about()">{{ range() }}</span>
    } @else {
      <span class="faint">–</span>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      flex-wrap: wrap;
      gap: 0 6px;
      align-items: baseline;
      white-space: nowrap;
    }
    b {
      font-weight: 600;
    }
    span {
      font-size: var(--text-xs);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ShareText {
  readonly share = input.required<EffectShare>();
  protected readonly text = computed(() => percentText(this.share().share ?? 0));
  protected readonly range = computed(() => {
    const { count, of, low, high } = this.share();
    return `${count} of ${of} · ${Math.round((low ?? 0) * 100)}–${percentText(high ?? 1)}`;
  });
  protected readonly about = computed(
    () =>
      `Of ${this.share().of} that could be told; the 95 % Wilson interval says how far chance reaches.`,
  );
}

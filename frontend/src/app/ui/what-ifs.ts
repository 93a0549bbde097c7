// What would change a score, each way with the score that it leads to.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { scoreText } from '../core/format';
import type { WhatIf } from '../core/wire';
import { BandBadge } from './band-badge';

const GROUPS = [
  { kind: 'proof', now: 'Prove who you are', then: 'If you had proved who you are' },
  { kind: 'behaviour', now: 'Go on as yourself', then: 'If you had gone on as yourself' },
  {
    kind: 'without',
    now: 'If one reason were not there',
    then: 'If one reason had not been there',
  },
] as const satisfies readonly { kind: WhatIf['kind']; now: string; then: string }[];

@Component({
  selector: 'vt-what-ifs',
  imports: [BandBadge],
  template: `
    @for (group of groups(); track group.title) {
      <h3>{{ group.title }}</h3>
      <ul>
        @for (one of group.items; track one.action) {
          <li>
            <span class="grow">{{ one.action }}</span>
            <span class="faint small">{{ score(from()) }} →</span>
            <vt-band [band]="one.band" [score]="one.score" />
          </li>
        }
      </ul>
    } @empty {
      <p class="soft small">Nothing that you could do would lower it: it is as low as it gets.</p>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 6px;
    }
    ul + h3 {
      margin-top: 8px;
    }
    li {
      display: flex;
      align-items: center;
      gap: 10px;
      min-height: 30px;
      font-size: var(--text-s);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WhatIfs {
  readonly items = input.required<readonly WhatIf[]>();
  /** The score that they start from. */
  readonly from = input.required<number>();
  /** It is about a moment that has passed. */
  readonly past = input(false);
  protected readonly score = scoreText;
  protected readonly groups = computed(() =>
    GROUPS.map(({ kind, now, then }) => ({
      title: this.past() ? then : now,
      items: this.items().filter(
        (one) => one.kind === kind && scoreText(one.score) !== scoreText(this.from()),
      ),
    })).filter(({ items }) => items.length > 0),
  );
}

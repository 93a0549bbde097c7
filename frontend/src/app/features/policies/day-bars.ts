// Challenges day by day: false ones, true ones, and those of which nobody can tell yet, stacked.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Effectiveness } from '../../core/wire';

const HEIGHT = 120;
const WIDTH = 960;
const MOST_WIDE = 40;

const dayText = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});

@Component({
  selector: 'vt-day-bars',
  template: `
    <svg [attr.viewBox]="'0 0 ' + width + ' ' + height" role="img" [attr.aria-label]="summary()">
      @for (bar of bars(); track bar.day) {
        <g>
          <title>{{ bar.title }}</title>
          <rect class="hit" [attr.x]="bar.x" y="0" [attr.width]="bar.step" [attr.height]="height" />
          @for (part of bar.parts; track part.kind) {
            <rect
              [class]="part.kind"
              [attr.x]="bar.x + bar.gap"
              [attr.y]="part.y"
              [attr.width]="bar.width"
              [attr.height]="part.height"
            />
          }
        </g>
      }
      <line x1="0" [attr.x2]="width" [attr.y1]="height" [attr.y2]="height" />
    </svg>
    <p class="small faint ends">
      <span>{{ ends().first }}</span><span>{{ ends().last }}</span>
    </p>
    <p class="legend small soft">
      <span><i class="false"></i>Passed by the owner</span>
      <span><i class="true"></i>No proof came</span>
      <span><i class="unknown"></i>Cannot be told</span>
      <span class="most">The highest bar: {{ most() }}</span>
    </p>
  `,
  styles: `
    :host {
      display: grid;
      gap: 6px;
    }
    svg {
      width: 100%;
      height: auto;
      overflow: visible;
    }
    line {
      stroke: var(--line-strong);
    }
    .hit {
      fill: transparent;
    }
    g:hover .hit {
      fill: var(--hover);
    }
    .false {
      fill: var(--medium);
      background: var(--medium);
    }
    .true {
      fill: var(--low);
      background: var(--low);
    }
    .unknown {
      fill: var(--line-strong);
      background: var(--line-strong);
    }
    .ends,
    .legend {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
    }
    .ends {
      justify-content: space-between;
    }
    .most {
      margin-inline-start: auto;
    }
    i {
      display: inline-block;
      width: 10px;
      height: 10px;
      margin-right: 6px;
      border-radius: 2px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DayBars {
  readonly days = input.required<Effectiveness['days']>();
  protected readonly width = WIDTH;
  protected readonly height = HEIGHT;
  protected readonly most = computed(() =>
    Math.max(1, ...this.days().map(({ challenges }) => challenges)),
  );
  protected readonly bars = computed(() => {
    const step = WIDTH / Math.max(1, this.days().length);
    const width = Math.min(MOST_WIDE, step * 0.7);
    const gap = (step - width) / 2;
    return this.days().map((one, at) => {
      const unknown = one.challenges - one.true_challenges - one.false_challenges;
      let top = HEIGHT;
      const parts = (
        [
          ['true', one.true_challenges],
          ['false', one.false_challenges],
          ['unknown', unknown],
        ] as const
      ).map(([kind, count]) => {
        const height = (count / this.most()) * HEIGHT;
        top -= height;
        return { kind, y: top, height };
      });
      const title = `${textOf(one.day)}: ${one.challenges} challenges, ${one.false_challenges} passed by the owner, ${one.true_challenges} without proof; ${one.terminations} ended, ${one.sessions} sessions`;
      return { day: one.day, x: at * step, step, gap, width, parts, title };
    });
  });
  protected readonly ends = computed(() => {
    const [first, last] = [this.days()[0], this.days().at(-1)];
    return { first: first ? textOf(first.day) : '', last: last ? `${textOf(last.day)} (UTC)` : '' };
  });
  protected readonly summary = computed(() => {
    const total = this.days().reduce((sum, { challenges }) => sum + challenges, 0);
    return `${total} challenges in ${this.days().length} days, at most ${this.most()} in one`;
  });
}

const textOf = (day: string): string => dayText.format(Date.parse(`${day}T00:00:00Z`));

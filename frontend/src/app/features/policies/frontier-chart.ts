// The frontier of a search: the least exposure that each friction buys, with today's policy, the proposal and the budget.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { FrontierPoint, OptimisationResult } from '../../core/wire';

const BOX = { width: 420, height: 240, left: 44, bottom: 36, top: 26, right: 8 };

@Component({
  selector: 'vt-frontier',
  template: `
    <svg
      [attr.viewBox]="'0 0 ' + box.width + ' ' + box.height"
      role="img"
      [attr.aria-label]="summary()"
    >
      @for (tick of yTicks(); track tick.text) {
        <line
          class="grid"
          [attr.x1]="box.left"
          [attr.x2]="box.width - box.right"
          [attr.y1]="tick.y"
          [attr.y2]="tick.y"
        />
        <text [attr.x]="box.left - 6" [attr.y]="tick.y + 4" text-anchor="end">{{ tick.text }}</text>
      }
      @for (tick of xTicks(); track tick.text) {
        <text [attr.x]="tick.x" [attr.y]="box.height - 20" text-anchor="middle">
          {{ tick.text }}
        </text>
      }
      <text [attr.x]="(box.left + box.width) / 2" [attr.y]="box.height - 4" text-anchor="middle">
        challenges for each 1,000 sessions
      </text>
      @if (budgetX(); as x) {
        <line
          class="budget"
          [attr.x1]="x"
          [attr.x2]="x"
          [attr.y1]="box.top"
          [attr.y2]="box.height - box.bottom"
        />
      }
      <text [attr.x]="box.left" y="12">minutes of strangers for each 1,000 sessions</text>
      <polyline [attr.points]="line()" />
      @for (dot of dots(); track dot.key) {
        <circle [class]="dot.kind" [attr.cx]="dot.x" [attr.cy]="dot.y" [attr.r]="dot.r">
          <title>{{ dot.title }}</title>
        </circle>
      }
    </svg>
    <p class="legend small soft">
      <span><i class="today"></i>Today</span>
      @if (result().proposal) {
        <span><i class="proposal"></i>Proposal</span>
      }
      <span><i class="point"></i>Least exposure at that cost, older days</span>
      @if (budgetX()) {
        <span><i class="budget"></i>Budget</span>
      }
    </p>
  `,
  styles: `
    svg {
      width: 100%;
      height: auto;
    }
    text {
      fill: var(--ink-faint);
      font-size: 11px;
    }
    .grid {
      stroke: var(--line);
    }
    line.budget {
      stroke: var(--medium);
      stroke-dasharray: 4 3;
    }
    polyline {
      fill: none;
      stroke: var(--line-strong);
      stroke-width: 1.5;
    }
    .point {
      fill: var(--line-strong);
      background: var(--line-strong);
    }
    .today {
      fill: var(--ink);
      background: var(--ink);
    }
    .proposal {
      fill: var(--accent);
      background: var(--accent);
    }
    .legend {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 14px;
    }
    i {
      display: inline-block;
      width: 10px;
      height: 10px;
      margin-right: 6px;
      border-radius: 50%;
    }
    i.budget {
      height: 2px;
      margin-bottom: 3px;
      border-radius: 0;
      background: var(--medium);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FrontierChart {
  readonly result = input.required<OptimisationResult>();
  protected readonly box = BOX;
  private readonly points = computed(() => {
    const { frontier, today, proposal } = this.result();
    return {
      frontier,
      today,
      proposal,
      all: [...frontier, today, ...(proposal ? [proposal] : [])],
    };
  });
  private readonly most = computed(() => ({
    friction: nice(Math.max(1, ...this.points().all.map(({ fit }) => fit.friction))),
    exposure: nice(Math.max(1, ...this.points().all.map(({ fit }) => fit.exposure))),
  }));
  protected readonly line = computed(() =>
    this.points()
      .frontier.map((point) => `${this.x(point.fit.friction)},${this.y(point.fit.exposure)}`)
      .join(' '),
  );
  protected readonly dots = computed(() => {
    const { frontier, today, proposal } = this.points();
    const dot = (kind: string, point: FrontierPoint, r: number, at = 0) => ({
      key: `${kind} ${at}`,
      kind,
      r,
      x: this.x(point.fit.friction),
      y: this.y(point.fit.exposure),
      title: `${words(point)}: friction ${point.fit.friction.toFixed(1)}, exposure ${point.fit.exposure.toFixed(1)}`,
    });
    return [
      ...frontier.map((point, at) => dot('point', point, 3, at)),
      dot('today', today, 5),
      ...(proposal ? [dot('proposal', proposal, 5)] : []),
    ];
  });
  protected readonly budgetX = computed(() =>
    this.result().budget <= this.most().friction ? this.x(this.result().budget) : null,
  );
  protected readonly xTicks = computed(() =>
    [0, 0.5, 1].map((part) => ({
      x: this.x(part * this.most().friction) - (part === 1 ? 8 : 0),
      text: short(part * this.most().friction),
    })),
  );
  protected readonly yTicks = computed(() =>
    [0, 0.5, 1].map((part) => ({
      y: this.y(part * this.most().exposure),
      text: short(part * this.most().exposure),
    })),
  );
  protected readonly summary = computed(() => {
    const { today, proposal } = this.points();
    const of = ({ fit }: FrontierPoint) =>
      `friction ${fit.friction.toFixed(1)} and exposure ${fit.exposure.toFixed(1)}`;
    return `Exposure against friction. Today: ${of(today)}.${proposal ? ` Proposal: ${of(proposal)}.` : ''}`;
  });

  private x(friction: number): number {
    return BOX.left + (friction / this.most().friction) * (BOX.width - BOX.left - BOX.right);
  }

  private y(exposure: number): number {
    const height = BOX.height - BOX.top - BOX.bottom;
    return BOX.top + height - (exposure / this.most().exposure) * height;
  }
}

/** The next of 1, 2, 5 times a power of ten. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

const short = (value: number): string =>
  value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);

const words = ({ thresholds }: FrontierPoint): string =>
  Object.entries(thresholds)
    .map(([id, from]) => `${id} from ${from}`)
    .join(', ');

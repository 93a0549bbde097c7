// A moment: relative in the text, exact in the reader's zone on hover and for screen readers.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from '../core/clock';
import { exactTime, relativeTime } from '../core/format';

@Component({
  selector: 'vt-time',
  template: `<time [attr.datetime]="at()" [title]="exact()">{{ text() }}</time>`,
  styles: `
    :host {
      white-space: nowrap;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Time {
  readonly at = input.required<string>();
  private readonly clock = inject(Clock);
  private readonly ms = computed(() => Date.parse(this.at()));
  protected readonly text = computed(() => relativeTime(this.ms(), this.clock.now()));
  protected readonly exact = computed(() => exactTime(this.ms()));
}

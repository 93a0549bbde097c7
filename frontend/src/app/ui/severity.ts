// How grave an alert is: sign and word, drawn as the bands are.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import type { Severity } from '../core/wire';
import { BandBadge } from './band-badge';

@Component({
  selector: 'vt-severity',
  imports: [BandBadge],
  template: `<vt-band [band]="severity()" [word]="word()" />`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SeverityBadge {
  /** Severities bear the names of the bands. */
  readonly severity = input.required<Severity>();
  readonly word = input(true);
}

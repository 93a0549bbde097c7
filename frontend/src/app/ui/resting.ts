// Tells whether somebody is on an element, by pointer or by keyboard focus.
import { Directive, output } from '@angular/core';

@Directive({
  selector: '[vtResting]',
  host: {
    '(pointerenter)': 'vtResting.emit(true)',
    '(pointerleave)': 'vtResting.emit(false)',
    '(focusin)': 'vtResting.emit(true)',
    '(focusout)': 'vtResting.emit(false)',
  },
})
export class Resting {
  readonly vtResting = output<boolean>();
}

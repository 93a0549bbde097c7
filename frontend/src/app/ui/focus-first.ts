// Gives an element the focus when it appears, e.g. the field of a dialog that was still being read.
import { Directive, ElementRef, afterNextRender, inject } from '@angular/core';

@Directive({ selector: '[vtFocusFirst]' })
export class FocusFirst {
  constructor() {
    const element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    afterNextRender(() => element.focus());
  }
}

// Two-way binding of a text field or choice to a signal.
import { Directive, ElementRef, effect, inject, model } from '@angular/core';

@Directive({
  selector: 'input[vtValue], textarea[vtValue], select[vtValue]',
  host: { '(input)': 'read()', '(change)': 'read()' },
})
export class Value {
  readonly vtValue = model.required<string>();
  private readonly field = inject<ElementRef<HTMLInputElement>>(ElementRef).nativeElement;

  constructor() {
    effect(() => {
      const value = this.vtValue();
      // Options of a choice are rendered after this runs for the first time.
      queueMicrotask(() => {
        if (this.field.value !== value) this.field.value = value;
      });
    });
  }

  protected read(): void {
    this.vtValue.set(this.field.value);
  }
}

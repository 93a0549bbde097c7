// Where the keyboard goes with a new page: to its content, not to the top of the window or to a link that is gone.
import { DestroyRef, Directive, ElementRef, inject } from '@angular/core';
import { NavigationEnd, Router } from '@angular/router';

const MODAL = '.cdk-overlay-container [aria-modal="true"]';

@Directive({ selector: 'main[vtPageFocus]' })
export class PageFocus {
  constructor() {
    const { nativeElement: main } = inject<ElementRef<HTMLElement>>(ElementRef);
    let before: string | undefined;
    const events = inject(Router).events.subscribe((event) => {
      if (!(event instanceof NavigationEnd)) return;
      // A filter in the address is the same page, and the first page begins where every page of the web does.
      const [path] = event.urlAfterRedirects.split(/[?#]/);
      const isAnother = before !== undefined && path !== before;
      before = path;
      if (isAnother && !document.querySelector(MODAL)) main.focus({ preventScroll: true });
    });
    inject(DestroyRef).onDestroy(() => events.unsubscribe());
  }
}

// The title of the browser's tab: page, then product.
import { Injectable, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';

@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  readonly current = signal('');
  private readonly title = inject(Title);

  override updateTitle(state: RouterStateSnapshot): void {
    const title = this.buildTitle(state) ?? '';
    this.current.set(title);
    this.title.setTitle(title ? `${title} · Verity` : 'Verity');
  }
}

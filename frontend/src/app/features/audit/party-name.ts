// One end of an audit record in words; a link where the reader may open its page.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Identity } from '../../core/identity';
import { partyOf } from './party';

const TAIL = 8;

@Component({
  selector: 'vt-party',
  imports: [RouterLink],
  template: `
    @if (party(); as one) {
      @if (one.path && !plain()) {
        <a [routerLink]="one.path" [title]="text()"
          >{{ one.kind }} <span class="mono">{{ name() }}</span></a
        >
      } @else {
        <span [title]="text() ?? ''"
          >{{ one.kind }} <span class="mono faint">{{ name() }}</span></span
        >
      }
    } @else {
      <span class="faint">erased</span>
    }
  `,
  styles: `
    :host {
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PartyName {
  /** `user:{id}`; null when it has been erased. */
  readonly text = input.required<string | null>();
  /** The end of the name only: the first characters of a UUIDv7 are its time. */
  readonly short = input(false);
  /** Without a link, within another one. */
  readonly plain = input(false);
  private readonly identity = inject(Identity);
  protected readonly party = computed(() => {
    const text = this.text();
    return text === null ? undefined : partyOf(text, this.identity.user()?.role === 'admin');
  });
  protected readonly name = computed(() => {
    const name = this.party()?.name ?? '';
    return this.short() && name.length > 2 * TAIL ? `…${name.slice(-TAIL)}` : name;
  });
}

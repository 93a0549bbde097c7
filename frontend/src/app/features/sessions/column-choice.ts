// Which columns of the sessions list are shown, remembered on this device.
import { Injectable, computed, effect, signal } from '@angular/core';

export const COLUMNS = {
  state: { title: 'State', width: '116px' },
  risk: { title: 'Risk', width: '112px' },
  course: { title: 'Last scores', width: '104px' },
  device: { title: 'Device', width: 'minmax(110px, 1fr)' },
  address: { title: 'Address', width: '124px' },
  started: { title: 'Started', width: '88px' },
  seen: { title: 'Last seen', width: '88px' },
} as const;

export type Column = keyof typeof COLUMNS;

const KEY = 'verity.sessions.columns';
const ALL = Object.keys(COLUMNS) as Column[];

function remembered(): ReadonlySet<Column> {
  const stored = localStorage.getItem(KEY)?.split(',');
  return new Set(stored ? ALL.filter((column) => stored.includes(column)) : ALL);
}

@Injectable()
export class ColumnChoice {
  readonly all = ALL;
  readonly chosen = signal(remembered());
  /** The tracks of the grid that head and rows share. */
  readonly tracks = computed(() =>
    [
      'minmax(170px, 1.6fr)',
      ...ALL.filter((column) => this.chosen().has(column)).map((column) => COLUMNS[column].width),
      '76px',
    ].join(' '),
  );

  constructor() {
    effect(() => localStorage.setItem(KEY, [...this.chosen()].join(',')));
  }

  toggle(column: Column): void {
    this.chosen.update((chosen) => {
      const next = new Set(chosen);
      if (!next.delete(column)) next.add(column);
      return next;
    });
  }
}

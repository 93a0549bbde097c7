// Hands out records as a file, with the filter in force: receipts as JSON lines, or a table.
import { Injectable, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { unlessDeclined } from '../../core/fresh-proof';
import { Toasts } from '../../core/toasts';
import type { Request } from '../../core/wire';

export type RecordFilter = NonNullable<Request<'GET /api/v1/audit/export/csv'>['query']>;

@Injectable({ providedIn: 'root' })
export class Exports {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  readonly going = signal(false);

  async receipts(query: RecordFilter): Promise<void> {
    await this.hand('verity-receipts', 'jsonl', 'application/x-ndjson', () =>
      this.api.call('GET /api/v1/audit/export/receipts', { query, raw: true }),
    );
  }

  async table(query: RecordFilter): Promise<void> {
    await this.hand('verity-audit', 'csv', 'text/csv', () =>
      this.api.call('GET /api/v1/audit/export/csv', { query, raw: true }),
    );
  }

  private async hand(
    name: string,
    extension: string,
    type: string,
    read: () => Promise<string>,
  ): Promise<void> {
    this.going.set(true);
    try {
      const text = await unlessDeclined(read);
      if (text !== undefined) {
        download(`${name}-${new Date().toISOString().slice(0, 10)}.${extension}`, type, text);
      }
    } catch (error) {
      this.toasts.fail('Nothing was exported.', error);
    }
    this.going.set(false);
  }
}

// The own devices: which are trusted, which to forget.
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Api } from '../core/api';
import { unlessDeclined } from '../core/fresh-proof';
import { Identity } from '../core/identity';
import { query } from '../core/query';
import { Toasts } from '../core/toasts';
import type { Device } from '../core/wire';
import { AskName } from './ask-name';
import { Confirm } from './confirm';
import { Icon } from './icon';
import { Pending } from './pending';
import { Time } from './time';

@Component({
  selector: 'vt-own-devices',
  imports: [Icon, Pending, Time],
  template: `
    <section class="card" aria-labelledby="devices-title">
      <header><h2 id="devices-title">Devices</h2></header>
      <vt-pending [query]="devices" [rows]="2" />
      <ul class="list">
        @for (device of devices.value(); track device.id) {
          <li>
            <vt-icon name="device" />
            <div class="grow">
              <b>{{ device.label }}</b>
              @if (device.id === identity.session()?.device_id) {
                <span class="chip accent">this device</span>
              }
              <div class="small faint">
                {{ device.platform || 'unknown platform' }} · first seen
                <vt-time [at]="device.first_seen_at" />, last <vt-time [at]="device.last_seen_at" />
              </div>
            </div>
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                [checked]="device.trusted"
                (change)="trust(device, !device.trusted)"
                [attr.aria-label]="'Trusted: ' + device.label"
              />
              Trusted
            </label>
            <span class="acts">
              <button type="button" class="btn quiet" (click)="rename(device)">Rename</button>
              <button type="button" class="btn quiet" (click)="forget(device)">Forget</button>
            </span>
          </li>
        }
      </ul>
    </section>
  `,
  styles: `
    b {
      font-weight: 550;
      margin-right: 6px;
    }
    .acts {
      display: flex;
      gap: 4px;
      margin-inline-start: auto;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OwnDevices {
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly confirm = inject(Confirm);
  private readonly names = inject(AskName);
  protected readonly devices = query(
    () => ({}),
    async (_, signal) => (await this.api.call('GET /api/v1/me/devices', { signal })).items,
  );

  protected async trust({ id, label }: Device, trusted: boolean): Promise<void> {
    try {
      const changed = await unlessDeclined(() =>
        this.api.call('PATCH /api/v1/me/devices/:id', { params: { id }, body: { trusted } }),
      );
      if (!changed) {
        await this.devices.reload();
        return;
      }
      this.devices.update((all) => all.map((one) => (one.id === id ? changed : one)));
      this.toasts.say(trusted ? `${label} is trusted now.` : `${label} is no longer trusted.`, {
        label: 'Undo',
        run: () => void this.trust(changed, !trusted),
      });
    } catch (error) {
      this.toasts.fail('The device was not changed.', error);
      await this.devices.reload();
    }
  }

  protected async rename({ id, label: before }: Device): Promise<void> {
    const label = await this.names.ask(before);
    if (!label || label === before) return;
    try {
      const changed = await this.api.call('PATCH /api/v1/me/devices/:id', {
        params: { id },
        body: { label },
      });
      this.devices.update((all) => all.map((one) => (one.id === id ? changed : one)));
    } catch (error) {
      this.toasts.fail('The device was not renamed.', error);
    }
  }

  protected async forget({ id, label }: Device): Promise<void> {
    const here = id === this.identity.session()?.device_id;
    const consent = await this.confirm.ask({
      title: `Forget ${label}?`,
      consequence: here
        ? 'It is the device that you are using: you will be signed out here. Signing in again counts as a new device.'
        : 'Its sessions end at once. If somebody signs in from it again, it counts as a new device and you are told.',
      confirm: 'Forget device',
      danger: true,
    });
    if (!consent) return;
    try {
      await this.api.call('DELETE /api/v1/me/devices/:id', { params: { id } });
      this.devices.update((all) => all.filter((one) => one.id !== id));
    } catch (error) {
      this.toasts.fail('The device was not forgotten.', error);
    }
  }
}

// What devices are called.
import { describe, expect, it } from 'vitest';
import { deviceLabel } from './device-label';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

describe('deviceLabel', () => {
  it('names browser and system', () => {
    expect(deviceLabel(CHROME)).toBe('Chrome on Linux');
    expect(deviceLabel(`${CHROME} Edg/140.0`)).toBe('Edge on Linux');
    expect(
      deviceLabel(
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0',
      ),
    ).toBe('Firefox on Windows');
    expect(
      deviceLabel(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      ),
    ).toBe('Safari on iOS');
  });

  it('names a program by its product, and what says nothing by what is left', () => {
    expect(deviceLabel('curl/8.5.0')).toBe('curl');
    expect(deviceLabel('', 'Linux x86_64')).toBe('Linux');
    expect(deviceLabel('')).toBe('Unknown device');
    expect(deviceLabel('<script>alert(1)</script>')).toBe('Unknown device');
  });
});

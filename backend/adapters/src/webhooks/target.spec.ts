// Where webhooks may go: no private address by whatever spelling, name or change of mind.
import { describe, expect, it } from 'vitest';
import { isPrivate, targetOf } from './target';

const refusing = { allowPrivate: false };
const names =
  (...addresses: string[]) =>
  () =>
    Promise.resolve(
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('targetOf', () => {
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://10.1.2.3/',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
  ])('refuses %s', async (url) => {
    await expect(targetOf(new URL(url), refusing)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('refuses http, unless private targets are allowed', async () => {
    const url = new URL('http://93.184.215.14/');
    await expect(targetOf(url, refusing)).rejects.toThrow('https');
    await expect(targetOf(url, { allowPrivate: true })).resolves.toMatchObject({ family: 4 });
  });

  it('refuses a name of which any address is private', async () => {
    const url = new URL('https://rebind.example/');
    const lookup = names('93.184.215.14', '10.0.0.7');
    await expect(targetOf(url, { ...refusing, lookup })).rejects.toThrow('private network');
    const good = { ...refusing, lookup: names('93.184.215.14') };
    await expect(targetOf(url, good)).resolves.toEqual({ address: '93.184.215.14', family: 4 });
  });

  it('says so when a name has no address', async () => {
    const lookup = () => Promise.reject(new Error('ENOTFOUND'));
    const url = new URL('https://nowhere.example/');
    await expect(targetOf(url, { ...refusing, lookup })).rejects.toThrow('cannot be resolved');
  });
});

describe('isPrivate', () => {
  it('lets public addresses through and takes what is no address for private', () => {
    expect(isPrivate('93.184.215.14')).toBe(false);
    expect(isPrivate('2606:2800:21f:cb07:6820:80da:af6b:8b2c')).toBe(false);
    expect(isPrivate('localhost')).toBe(true);
  });
});

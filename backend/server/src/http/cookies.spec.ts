// Cookies in and out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCookies, writeCookie } from './cookies';

describe('cookies', () => {
  it('are read by name, the first of two winning, whatever a header holds', () => {
    expect({ ...readCookies('a=1; b=x=y; a=2;  c = 3 ; d; =e') }).toEqual({
      a: '1',
      b: 'x=y',
      c: '3',
    });
    expect({ ...readCookies(undefined) }).toEqual({});
    fc.assert(fc.property(fc.string(), (header) => typeof readCookies(header) === 'object'));
  });

  it('reach no prototype', () => {
    const cookies = readCookies('__proto__=1; constructor=2');
    expect(cookies.toString).toBeUndefined();
    expect(Object.keys(cookies)).toEqual(['__proto__', 'constructor']);
  });

  it('are for this site and its server alone', () => {
    expect(writeCookie('name', 'value', { maxAgeSeconds: 59.9, path: '/api' })).toBe(
      'name=value; Max-Age=59; Path=/api; HttpOnly; Secure; SameSite=Strict',
    );
  });
});

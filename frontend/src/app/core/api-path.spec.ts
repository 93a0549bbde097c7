// Specs of the addresses that the typed client calls.
import { describe, expect, it } from 'vitest';
import { toQuery, toTarget } from './api-path';

describe('toTarget', () => {
  it('fills the parameters of the path and keeps the method', () => {
    expect(toTarget('POST /api/v1/sessions/:id/terminate', { id: 'a b/c' })).toEqual({
      method: 'POST',
      url: '/api/v1/sessions/a%20b%2Fc/terminate',
    });
  });

  it('refuses to build an address with a missing parameter', () => {
    expect(() => toTarget('GET /api/v1/sessions/:id')).toThrow('needs the parameter id');
  });

  it('puts the query behind the path', () => {
    expect(toTarget('GET /api/alerts', {}, { status: ['open', 'resolved'], q: 'x y' }).url).toBe(
      '/api/alerts?status=open%2Cresolved&q=x+y',
    );
  });
});

describe('toQuery', () => {
  it('leaves out what says nothing but keeps zero and false', () => {
    expect(toQuery({ a: undefined, b: null, c: '', d: [], e: 0, f: false })).toBe('?e=0&f=false');
  });

  it('is empty without values', () => {
    expect(toQuery()).toBe('');
  });
});

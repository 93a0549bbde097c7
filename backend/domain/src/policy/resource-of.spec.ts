// Specs of which resource a request asks for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resource } from '@verity/protocol/policy/schemas';
import { askedOf, plainPath, resourceOf } from './resource-of';

const resource = (id: string, part: Partial<Resource> = {}): Resource => ({
  id,
  name: id,
  path_prefix: '/',
  sensitivity: 'medium',
  ...part,
});
const among = (resources: Resource[], path: string, method = 'GET', host: string | null = null) =>
  resourceOf({ resources }, { host, method, path })?.id ?? null;

describe('resourceOf', () => {
  it('finds the longest prefix, by whole segments', () => {
    const all = [
      resource('api', { path_prefix: '/api' }),
      resource('users', { path_prefix: '/api/users/' }),
    ];
    expect(among(all, '/api/users/1')).toBe('users');
    expect(among(all, '/api/users?q=1')).toBe('users');
    expect(among(all, '/api/users-old')).toBe('api');
    expect(among(all, '/apis')).toBeNull();
  });

  it('tells methods apart, and prefers the resource that names them', () => {
    const all = [resource('all'), resource('writes', { methods: ['POST', 'PUT'] })];
    expect(among(all, '/x', 'post')).toBe('writes');
    expect(among(all, '/x', 'GET')).toBe('all');
  });

  it('keeps hosts apart: a host of an application is never the platform', () => {
    const all = [resource('own'), resource('app', { host: 'app.example.org' })];
    expect(among(all, '/', 'GET', 'App.Example.org')).toBe('app');
    expect(among(all, '/', 'GET', 'other.example.org')).toBeNull();
    expect(among(all, '/')).toBe('own');
  });

  it('is not deceived by another spelling of the path', () => {
    const all = [resource('secret', { path_prefix: '/secret' })];
    for (const path of [
      '//secret',
      '/./secret/x',
      '/a/../secret',
      '/%73ecret',
      '/a/%2e%2e/secret',
    ]) {
      expect(among(all, path), path).toBe('secret');
    }
    expect(among(all, '/secret/../open')).toBeNull();
  });

  it('takes any text for a path', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const plain = plainPath(path);
        expect(plain).toMatch(/^\//);
        expect(plain.split('/')).not.toContain('..');
        expect(among([resource('all')], path)).toBe('all');
      }),
    );
  });
});

describe('askedOf', () => {
  const asked = { host: null, method: 'GET', path: '/books' };

  it('wants the stricter of resource and door, and names the resource', () => {
    const books = (sensitivity: Resource['sensitivity']) => ({
      resources: [resource('books', { path_prefix: '/books', sensitivity })],
    });
    expect(askedOf(books('high'), asked, 'low')).toEqual({ id: 'books', sensitivity: 'high' });
    expect(askedOf(books('low'), asked, 'high')).toEqual({ id: 'books', sensitivity: 'high' });
    expect(askedOf({ resources: [] }, asked, 'low')).toEqual({ sensitivity: 'low' });
  });
});

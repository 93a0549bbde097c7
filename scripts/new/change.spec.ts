// Insertions that generators make.
import { describe, expect, it } from 'vitest';
import { argumentOf, insertProperty, returnedHandlers } from './change';
import { newStage } from './stage';
import { newTask } from './task';

describe('insertProperty', () => {
  it('adds an entry after the last one of a table', () => {
    const source = "export const t = routes({\n  'GET /a': { x: 1 },\n});\n";
    const text = insertProperty(source, argumentOf('routes'), 'GET /b', "'GET /b': { x: 2 }");
    expect(text.replaceAll(/\s+/g, ' ')).toBe(
      "export const t = routes({ 'GET /a': { x: 1 }, 'GET /b': { x: 2 }, }); ",
    );
  });

  it('adds a handler to the object that a function returns', () => {
    const source = "const h = (p: P) => ({\n  async 'GET /a'() { return 1; }\n});\n";
    const text = insertProperty(source, returnedHandlers, 'GET /b', "async 'GET /b'() {}");
    expect(text).toContain("async 'GET /a'() { return 1; },");
    expect(text).toContain("async 'GET /b'() {},");
  });

  it('refuses a key that is declared already', () => {
    const source = "routes({ 'GET /a': {} });";
    expect(() => insertProperty(source, argumentOf('routes'), 'GET /a', '')).toThrow(/already/);
  });
});

describe('newStage', () => {
  it('refuses a stage that writes backwards', () => {
    expect(() => newStage(['echo', 'risk', 'telemetry'])).toThrow(/does not come after/);
  });
});

describe('newTask', () => {
  it('writes a declaration that bears the name of its file, and a test', () => {
    const [task, spec] = newTask(['sweep_floor', 'default', 'Sweeps the floor.']);
    expect(task?.path).toBe('jobs/src/tasks/sweep_floor.ts');
    expect(task?.text).toContain("name: 'sweep_floor'");
    expect(spec?.path).toBe('jobs/src/tasks/sweep_floor.spec.ts');
  });

  it('refuses a queue that is not there', () => {
    expect(() => newTask(['sweep_floor', 'fast', 'Sweeps.'])).toThrow(/ml_queue/);
  });
});

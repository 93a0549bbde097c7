// A new stage of the pipeline: the stream that it reads, the later ones that it writes, a first test.
import { STREAMS, type StreamName } from '@verity/protocol/streams';
import type { Change } from './change';

const streamOf = (name: string): StreamName => {
  const stream = STREAMS.find((each) => each === `stream:${name}`);
  if (!stream)
    throw new Error(
      `there is no stream "${name}"; there are: ${STREAMS.map((each) => each.slice(7)).join(', ')}`,
    );
  return stream;
};

export function newStage(args: string[]): Change[] {
  const [name = '', reads = '', writes = ''] = args;
  if (!/^[a-z][a-z-]*$/.test(name)) throw new Error('a stage needs a name in kebab-case');
  const from = streamOf(reads);
  const to = writes === '' ? [] : writes.split(',').map(streamOf);
  for (const stream of to) {
    if (STREAMS.indexOf(stream) <= STREAMS.indexOf(from)) {
      throw new Error(
        `${stream} does not come after ${from}: a stage writes only to later streams`,
      );
    }
  }
  const camel = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [
    {
      path: `backend/server/src/pipeline/${name}.ts`,
      replaces: false,
      text: `// Stage ${name}: reads ${from}. Say here what it makes of it; wire it in main.ts.
import { stage } from './stage';

export function ${camel}Stage() {
  return stage({
    name: '${name}',
    stream: '${from}',
    group: 'group:${name.replaceAll('-', '_')}',
    writes: [${to.map((stream) => `'${stream}'`).join(', ')}],
    ordered: true,
    async handle() {
      return { publish: [] };
    },
  });
}
`,
    },
    {
      path: `backend/server/src/pipeline/${name}.spec.ts`,
      replaces: false,
      text: `// Stage ${name}.
import { describe, expect, it } from 'vitest';
import { ${camel}Stage } from './${name}';

describe('${name}', () => {
  it('leaves an effect behind', async () => {
    const effects = await ${camel}Stage().handle([], new AbortController().signal);
    expect(effects?.publish).not.toEqual([]);
  });
});
`,
    },
  ];
}

// Measures quality on data: npm run -s evaluate -- NAME [options] --json. Progress on stderr, one JSON object on stdout.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { evaluateCalibration } from './evaluate/calibration';
import { Misfit } from './evaluate/csv';
import { evaluateFuzz } from './evaluate/fuzz';
import { evaluateKeystroke } from './evaluate/keystroke';
import { evaluateMouse } from './evaluate/mouse';
import { evaluatePoisoning } from './evaluate/poisoning';
import { evaluateTakeover } from './evaluate/takeover';
import { evaluateTamper } from './evaluate/tamper';

interface Measure {
  usage: string;
  run(
    options: Record<string, string | boolean | undefined>,
    say: (progress: string) => void,
  ): Record<string, unknown> | Promise<Record<string, unknown>>;
}

const MEASURES: Record<string, Measure> = {
  keystroke: {
    usage:
      '--input FILE.csv [--train-reps N] [--test-reps N] [--recent N] [--adaptive] [--background] [--detector NAME]',
    run: evaluateKeystroke,
  },
  mouse: { usage: '--input DIR', run: evaluateMouse },
  fuzz: { usage: '--target http|socket [--minutes N]', run: evaluateFuzz },
  poisoning: {
    usage:
      '[--modality phrase|keystroke|mouse] --input FILE.csv|FREE_TEXT.csv[.gz]|DIR [--updates N] [--victims N]',
    run: evaluatePoisoning,
  },
  takeover: {
    usage: '--input FREE_TEXT.csv[.gz] [--train-windows N] [--refit]',
    run: evaluateTakeover,
  },
  tamper: { usage: '[--changes N] [--seed N]', run: evaluateTamper },
  calibration: {
    usage: '--task risk --input FREE_TEXT.csv[.gz] [--refit]',
    run: evaluateCalibration,
  },
};

const usage = (): string =>
  [
    'Usage: npm run -s evaluate -- NAME [options] [--json]',
    ...Object.entries(MEASURES).map(([name, measure]) => `  ${name} ${measure.usage}`),
  ].join('\n');

async function main(): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        input: { type: 'string' },
        'train-reps': { type: 'string' },
        'test-reps': { type: 'string' },
        'train-windows': { type: 'string' },
        recent: { type: 'string' },
        updates: { type: 'string' },
        victims: { type: 'string' },
        modality: { type: 'string' },
        target: { type: 'string' },
        changes: { type: 'string' },
        seed: { type: 'string' },
        task: { type: 'string' },
        refit: { type: 'boolean' },
        minutes: { type: 'string' },
        detector: { type: 'string' },
        adaptive: { type: 'boolean' },
        background: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage()}`);
    return 2;
  }
  const [name = '', ...rest] = parsed.positionals;
  const measure = Object.hasOwn(MEASURES, name) ? MEASURES[name] : undefined;
  if (!measure || rest.length > 0) {
    console.error(usage());
    return 2;
  }
  const began = performance.now();
  try {
    const figures = await measure.run(parsed.values, (progress) => console.error(progress));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const result = {
      name,
      version,
      node: process.versions.node,
      cpus: availableParallelism(),
      date: new Date().toISOString(),
      seconds: Math.round((performance.now() - began) / 10) / 100,
      ...figures,
    };
    if (parsed.values.json) console.log(JSON.stringify(result));
    else for (const [key, value] of Object.entries(result)) console.log(key.padEnd(24), value);
    return 0;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main();

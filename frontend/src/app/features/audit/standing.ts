// The sentence that the integrity page opens with: the worst that is known of the log comes first.
import { plural, wholeNumber } from '../../core/format';
import type { LogIntegrity } from '../../core/wire';

export interface Standing {
  title: string;
  tone: 'good' | 'warn' | 'bad';
}

export function standingOf(now: LogIntegrity): Standing {
  const last = now.last_verification;
  if (last?.state === 'broken') {
    return {
      title: `The log does not hold: ${plural(last.found, 'finding')} in the last verification`,
      tone: 'bad',
    };
  }
  if (isCut(now)) {
    return { title: cutSentence(now), tone: 'bad' };
  }
  if (now.gaps > 0) {
    return {
      title: `${plural(now.gaps, 'entry', 'entries')} of the log cannot be read`,
      tone: 'bad',
    };
  }
  if (!now.chain.ok) {
    const waits = now.log.size - now.anchors.size;
    return {
      title: waits
        ? `The chain is away: ${plural(waits, 'record')} wait for it`
        : 'The chain is away; every record is anchored',
      tone: 'warn',
    };
  }
  if (now.log.size === 0) return { title: 'The log is empty', tone: 'good' };
  const verified = last?.state === 'intact' ? 'intact' : 'complete';
  return {
    title:
      now.anchors.size >= now.log.size
        ? `The log is ${verified} and wholly anchored: ${plural(now.log.size, 'record')}`
        : `The log is ${verified}: ${wholeNumber(now.anchors.size)} of ${plural(now.log.size, 'record')} anchored`,
    tone: 'good',
  };
}

/** The log is shorter than what was anchored of it. */
export const isCut = ({ log, anchors }: LogIntegrity): boolean => anchors.size > log.size;

export const cutSentence = ({ log, anchors }: LogIntegrity): string =>
  `Entries of the log are missing: ${wholeNumber(anchors.size)} are anchored, ${wholeNumber(log.size)} are there`;

/** Per cent of the log that is anchored; never rounded up to all of it. */
export function anchoredShare({ log, anchors }: LogIntegrity): number {
  if (log.size === 0) return 0;
  const share = (100 * Math.min(anchors.size, log.size)) / log.size;
  return share >= 100 ? 100 : Math.min(99.9, Math.round(share * 10) / 10);
}

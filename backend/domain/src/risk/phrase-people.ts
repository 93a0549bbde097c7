// What people on the whole are like when they type one fixed text: the template of many, a few repetitions of each.
import { phraseTemplate, type PhraseTemplate } from './phrase-template';

/** Of each person: the first repetitions, since a stranger is new to the text, and some of later. */
const EARLY_ROWS = 6;
const LATER_ROWS = 4;

/** `people` are repetitions of one text, person by person, oldest first; at least two in all. */
export const peopleTemplate = (people: readonly (readonly Float64Array[])[]): PhraseTemplate =>
  phraseTemplate(people.flatMap(chosenRows), { newest: Infinity });

function chosenRows(rows: readonly Float64Array[]): Float64Array[] {
  const later = rows.slice(EARLY_ROWS);
  return [
    ...rows.slice(0, EARLY_ROWS),
    ...Array.from(
      { length: Math.min(LATER_ROWS, later.length) },
      (_, i) => later[Math.floor((i * later.length) / LATER_ROWS)] as Float64Array,
    ),
  ];
}

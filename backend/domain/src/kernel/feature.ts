// What a feature of a window of behaviour is: its name, unit, meaning, and the words for the person.

export interface Feature {
  name: string;
  unit: string;
  about: string;
  /** What a value above, and below, the usual one means to the person. Without words it is never named as a reason. */
  above?: string;
  below?: string;
}

// The members of a record that may speak of people: committed to in the public log, not said there.
export const CLOSED_FIELDS = ['actor', 'address', 'details', 'subject'] as const;
export type ClosedField = (typeof CLOSED_FIELDS)[number];

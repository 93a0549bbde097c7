// What every subject needs of the world: a clock and ids.

export type Clock = () => Date;

/** Makes a UUIDv7 as the branded id that is asked for. */
export type NewId = <Id extends string>() => Id;

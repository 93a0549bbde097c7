// What operations need of the world: the demo people with all that belongs to them.

export interface DemoCounts {
  users: number;
  sessions: number;
  alerts: number;
}

export interface DemoData {
  count(): Promise<DemoCounts>;
  /** Removes demo people, sessions, devices, windows, models, scores, decisions, notifications, alerts; no audit record. */
  remove(): Promise<DemoCounts>;
}

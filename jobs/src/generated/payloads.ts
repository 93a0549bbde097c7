export interface TaskPayloads {
  [task: string]: unknown;
}

// Which page of a list is asked for.
export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
}

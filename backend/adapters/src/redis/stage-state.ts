// Reads the keys that stages of the pipeline write in the step that acknowledges.
import { answer, type RedisConnections } from './connect';

export interface StageState {
  /** In the order of the keys; null for what is not there. */
  read(keys: string[]): Promise<(string | null)[]>;
}

export const createStageState = ({ commands }: Pick<RedisConnections, 'commands'>): StageState => ({
  read: async (keys) => (keys.length === 0 ? [] : answer(commands.mget(keys))),
});

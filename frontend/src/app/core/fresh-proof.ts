// What needs fresh proof: the client asks for it and tries again by itself; what is left is a person who declines.
import { toApiError } from './api-error';

/** What `act` answers; undefined when the person would not prove who they are. Other failures reject. */
export async function unlessDeclined<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (toApiError(error).code === 'step-up-required') return undefined;
    throw error;
  }
}

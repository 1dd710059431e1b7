import { statusToFault } from '../../proto/fault.ts';
import type { Chunk__Output } from '../../proto/gen/promfleet/v1/Chunk.ts';
import type { sessionClient } from './channel.ts';

/** The bytes of a release from the controller's mirror, from an offset on. */
export async function* fetchRelease(
  client: ReturnType<typeof sessionClient>,
  sha256: string,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const call = client.fetchRelease({ sha256, offset });
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const chunk of call as AsyncIterable<Chunk__Output>) yield chunk.data;
  } catch (error) {
    throw statusToFault(error as { code?: number; details?: string });
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}

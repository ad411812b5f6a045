/**
 * Starts the instance; one that does not start is removed again.
 * @throws what the start throws; AggregateError of both when the removal fails as well
 */
export async function startOrRemove<
  Instance extends { start(signal: AbortSignal): Promise<void>; remove(): Promise<void> },
>(instance: Instance, signal: AbortSignal): Promise<Instance> {
  try {
    await instance.start(signal);
    return instance;
  } catch (error) {
    try {
      await instance.remove();
    } catch (removal) {
      throw new AggregateError([error, removal], 'the start failed, and so did the removal', {
        cause: error,
      });
    }
    throw error;
  }
}

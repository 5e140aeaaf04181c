// The engine goes: so do its containers.
import type { ContainerContext } from './container-context.ts';
import { removeContainer } from './remove.ts';

export async function endAllContainers(context: ContainerContext): Promise<void> {
  await Promise.all(
    context.store.all().map(async (container) => {
      try {
        await removeContainer(context, container, { force: true });
      } catch (error) {
        context.log(`Cannot remove container ${container.id}: ${String(error)}`);
      }
    }),
  );
}

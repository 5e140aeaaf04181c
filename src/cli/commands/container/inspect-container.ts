// The part of a container's inspection that commands decide by.
import type { CliContext } from '../../cli-context.ts';
import { pathId } from '../../engine/engine-client.ts';

export interface InspectedContainer {
  readonly Id: string;
  readonly Config: { readonly Tty: boolean; readonly OpenStdin: boolean };
  readonly HostConfig: { readonly AutoRemove: boolean };
  readonly State: { readonly Running: boolean; readonly Paused: boolean; readonly Restarting: boolean };
}

export function inspectContainer(context: CliContext, name: string): Promise<InspectedContainer> {
  return context.engine.json('GET', `/containers/${pathId('container', name)}/json`);
}

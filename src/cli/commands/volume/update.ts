// docker volume update: for volumes of a Swarm, which a single engine has none of.
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { availabilityFlag } from './cluster-flags.ts';

interface Inspected {
  readonly ClusterVolume?: {
    readonly ID: string;
    readonly Version: { readonly Index?: number };
    readonly Spec: object;
  };
}

export const volumeUpdate = defineCommand({
  use: 'update [OPTIONS] [VOLUME]',
  summary: 'Change a volume of the cluster',
  unlisted: true,
  arguments: exactly(1),
  flags: { availability: availabilityFlag },
  async run(context, { options, args: [name = ''], changed }) {
    const volume = await context.engine.json<Inspected>('GET', `/volumes/${pathId('volume', name)}`);
    if (volume.ClusterVolume === undefined) throw new CliError('can only update cluster volumes');
    const { ID, Version, Spec } = volume.ClusterVolume;
    await context.engine.send('PUT', `/volumes/${ID}`, {
      query: { version: String(Version.Index ?? 0) },
      body: { Spec: changed('availability') ? { ...Spec, Availability: options.availability } : Spec },
    });
  },
});

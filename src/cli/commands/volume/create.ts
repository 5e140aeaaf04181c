// docker volume create
import { atMost } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { checkLabel } from '../../create/checks.ts';
import { pairs } from '../../create/create-request.ts';
import { listFlag, mapFlag } from '../../flags/list-flags.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { CLUSTER_MARKS, clusterFlags, clusterSpec } from './cluster-flags.ts';

export const volumeCreate = defineCommand({
  use: 'create [OPTIONS] [VOLUME]',
  summary: 'Make a volume',
  arguments: atMost(1),
  flags: {
    ...clusterFlags,
    driver: stringFlag('Driver that keeps it', { short: 'd', initial: 'local' }),
    label: listFlag('Attach a label', { check: checkLabel }),
    name: stringFlag('Name of the volume', { hidden: true }),
    opt: mapFlag('Option of the driver', { short: 'o' }),
  },
  async run(context, { options, args: [name], changed }) {
    if (name !== undefined && options.name !== '') {
      throw new CliError(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    }
    const isOfCluster = CLUSTER_MARKS.some((flag) => changed(flag));
    const chosen = name ?? options.name;
    const volume = await context.engine.json<{ readonly Name: string }>('POST', '/volumes/create', {
      body: {
        ...(isOfCluster && { ClusterVolumeSpec: clusterSpec(options) }),
        ...(options.driver !== '' && { Driver: options.driver }),
        ...(Object.keys(options.opt).length > 0 && { DriverOpts: options.opt }),
        ...(options.label.length > 0 && { Labels: pairs(options.label) }),
        ...(chosen !== '' && { Name: chosen }),
      },
    });
    await context.out.line(volume.Name);
  },
});

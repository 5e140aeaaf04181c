// Flags for volumes of a Swarm. Without a Swarm the help hides them, but they are understood and sent: the engine refuses.
import { listFlag, mapFlag } from '../../flags/list-flags.ts';
import type { OptionsOf } from '../../flags/flag.ts';
import { bytesFlag, stringFlag } from '../../flags/scalar-flags.ts';

const hidden = { hidden: true } as const;

export const availabilityFlag = stringFlag('Availability in the cluster ("active", "pause", "drain")', {
  initial: 'active',
  ...hidden,
});

export const clusterFlags = {
  availability: availabilityFlag,
  group: stringFlag('Group in the cluster', hidden),
  'limit-bytes': bytesFlag('Largest size in bytes', hidden),
  'required-bytes': bytesFlag('Smallest size in bytes', hidden),
  scope: stringFlag('How many nodes use it ("single", "multi")', { initial: 'single', ...hidden }),
  secret: mapFlag('Secret for the driver', hidden),
  sharing: stringFlag('Who may use it at once ("none", "readonly", "onewriter", "all")', {
    initial: 'none',
    ...hidden,
  }),
  'topology-preferred': listFlag('Where it should be', hidden),
  'topology-required': listFlag('Where it must be', hidden),
  type: stringFlag('How it is used ("mount", "block")', { initial: 'block', ...hidden }),
};

export type ClusterOptions = OptionsOf<typeof clusterFlags>;

/** Any of these makes it a volume of the cluster. */
export const CLUSTER_MARKS = [
  'group',
  'scope',
  'sharing',
  'availability',
  'type',
  'limit-bytes',
  'required-bytes',
] as const;

/** `ClusterVolumeSpec` of POST /volumes/create. */
export function clusterSpec(options: ClusterOptions): object {
  const capacity = { RequiredBytes: options['required-bytes'], LimitBytes: options['limit-bytes'] };
  const secrets = Object.entries(options.secret)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Secret]) => ({ Key, Secret }));
  const required = options['topology-required'].map(topology);
  const preferred = options['topology-preferred'].map(topology);
  return {
    ...(options.group !== '' && { Group: options.group }),
    AccessMode: {
      ...(options.scope !== '' && { Scope: options.scope }),
      ...(options.sharing !== '' && { Sharing: options.sharing }),
      ...(options.type === 'mount' && { MountVolume: {} }),
      ...(options.type === 'block' && { BlockVolume: {} }),
    },
    AccessibilityRequirements: {
      ...(required.length > 0 && { Requisite: required }),
      ...(preferred.length > 0 && { Preferred: preferred }),
    },
    CapacityRange: capacity,
    ...(secrets.length > 0 && { Secrets: secrets }),
    ...(options.availability !== '' && { Availability: options.availability }),
  };
}

function topology(text: string): object {
  const segments = text.split(',').map((segment) => segment.split(/=(.*)/s, 2));
  return { Segments: Object.fromEntries(segments.map(([key = '', value = '']) => [key, value])) };
}

// What the guest finds below /host: the one place that names the files of the 9p export.
import type { BlobStore } from '../contracts/blob-store.ts';
import type { GuestFiles } from '../contracts/machine.ts';
import { BlobDirectory } from './p9/p9-blobs.ts';
import { ChannelNode } from './p9/p9-channel.ts';
import type { Channel } from './p9/p9-channel.ts';
import { FixedDirectory } from './p9/p9-directory.ts';
import type { P9Node } from './p9/p9-node.ts';
import type { WorkspaceTree } from './workspace/workspace-tree.ts';

export interface HostTreeOptions {
  readonly blobs: BlobStore;
  readonly guest: GuestFiles;
  readonly rootBytes: number;
  readonly workspace: WorkspaceTree;
  /** @returns false to have the guest try again later */
  readonly acceptAgent: (channel: Channel) => boolean;
  /** @returns false to refuse the session */
  readonly acceptCli: (channel: Channel) => boolean;
}

export function hostTree(options: HostTreeOptions): P9Node {
  const root = new FixedDirectory([]);
  const cli = new FixedDirectory(['cli'], root);
  cli.add('new', new ChannelNode(['cli', 'new'], options.acceptCli));
  root.add('blobs', new BlobDirectory(root, options.blobs, options.guest, options.rootBytes));
  root.add('workspace', options.workspace.mount(root, 'workspace'));
  root.add('agent', new ChannelNode(['agent'], options.acceptAgent));
  root.add('cli', cli);
  return root;
}

// The tree of commands: what `docker` offers, and where.
import type { Command, CommandGroup } from './command.ts';
import { commandName } from './command.ts';
import { attach } from './commands/container/attach.ts';
import { commit } from './commands/container/commit.ts';
import { cp } from './commands/container/cp.ts';
import { create } from './commands/container/create.ts';
import { diff } from './commands/container/diff.ts';
import { exec } from './commands/container/exec.ts';
import { exportCommand } from './commands/container/export.ts';
import { containerInspect } from './commands/container/inspect.ts';
import { kill } from './commands/container/kill.ts';
import { logs } from './commands/container/logs.ts';
import { pause } from './commands/container/pause.ts';
import { port } from './commands/container/port.ts';
import { containerPrune } from './commands/container/prune.ts';
import { ls, ps } from './commands/container/ps.ts';
import { rename } from './commands/container/rename.ts';
import { restart } from './commands/container/restart.ts';
import { rm } from './commands/container/rm.ts';
import { run } from './commands/container/run.ts';
import { start } from './commands/container/start.ts';
import { stats } from './commands/container/stats.ts';
import { stop } from './commands/container/stop.ts';
import { top } from './commands/container/top.ts';
import { unpause } from './commands/container/unpause.ts';
import { update } from './commands/container/update.ts';
import { wait } from './commands/container/wait.ts';
import { history } from './commands/image/history.ts';
import { imageLs, images } from './commands/image/images.ts';
import { importCommand } from './commands/image/import.ts';
import { imageInspect } from './commands/image/inspect.ts';
import { load } from './commands/image/load.ts';
import { imagePrune } from './commands/image/prune.ts';
import { pull } from './commands/image/pull.ts';
import { push } from './commands/image/push.ts';
import { imageRm, rmi } from './commands/image/rmi.ts';
import { save } from './commands/image/save.ts';
import { tag } from './commands/image/tag.ts';
import { manifestAnnotate } from './commands/manifest/annotate.ts';
import { manifestCreate } from './commands/manifest/create.ts';
import { manifestInspect } from './commands/manifest/inspect.ts';
import { manifestPush } from './commands/manifest/push.ts';
import { manifestRm } from './commands/manifest/rm.ts';
import { networkConnect } from './commands/network/connect.ts';
import { networkCreate } from './commands/network/create.ts';
import { networkDisconnect } from './commands/network/disconnect.ts';
import { networkInspect } from './commands/network/inspect.ts';
import { networkLs } from './commands/network/ls.ts';
import { networkPrune } from './commands/network/prune.ts';
import { networkRm } from './commands/network/rm.ts';
import { login } from './commands/registry/login.ts';
import { logout } from './commands/registry/logout.ts';
import { search } from './commands/registry/search.ts';
import { df } from './commands/system/df.ts';
import { events } from './commands/system/events.ts';
import { info } from './commands/system/info.ts';
import { inspect } from './commands/system/inspect.ts';
import { systemPrune } from './commands/system/prune.ts';
import { version } from './commands/system/version.ts';
import { volumeCreate } from './commands/volume/create.ts';
import { volumeInspect } from './commands/volume/inspect.ts';
import { volumeLs } from './commands/volume/ls.ts';
import { volumePrune } from './commands/volume/prune.ts';
import { volumeRm } from './commands/volume/rm.ts';
import { volumeUpdate } from './commands/volume/update.ts';

/** These have the same name on the top level and in their group. */
const containerCommands = [
  attach,
  commit,
  cp,
  create,
  diff,
  exec,
  exportCommand,
  kill,
  logs,
  pause,
  port,
  rename,
  restart,
  rm,
  run,
  start,
  stats,
  stop,
  top,
  unpause,
  update,
  wait,
];

export const topLevelCommands: readonly Command[] = [
  ...containerCommands,
  ps,
  ...[images, pull, rmi, history, tag, importCommand, load, push, save],
  ...[login, logout, search],
  ...[inspect, version, info, events],
];

export const commandGroups: readonly CommandGroup[] = [
  {
    name: 'container',
    summary: 'Work with containers',
    commands: [...containerCommands, containerInspect, containerPrune, ls],
  },
  {
    name: 'image',
    summary: 'Work with images',
    commands: [history, importCommand, imageInspect, load, imageLs, imagePrune, pull, push, imageRm, save, tag],
  },
  {
    name: 'manifest',
    use: 'manifest COMMAND',
    summary: 'Work with manifests and manifest lists',
    experimental: true,
    commands: [manifestAnnotate, manifestCreate, manifestInspect, manifestPush, manifestRm],
  },
  {
    name: 'network',
    use: 'network COMMAND',
    summary: 'Work with networks',
    commands: [networkConnect, networkCreate, networkDisconnect, networkInspect, networkLs, networkPrune, networkRm],
  },
  { name: 'system', summary: 'Look at the engine itself', commands: [df, events, info, systemPrune] },
  {
    name: 'volume',
    use: 'volume COMMAND',
    summary: 'Work with volumes',
    commands: [volumeCreate, volumeInspect, volumeLs, volumePrune, volumeRm, volumeUpdate],
  },
];

export function findCommand(commands: readonly Command[], name: string): Command | undefined {
  return commands.find((command) => commandName(command) === name || command.aliases?.includes(name));
}

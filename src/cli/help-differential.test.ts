// Every help page has Docker's usage line, aliases, flags, types, defaults and layout, in our own words.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDocker } from './run-docker.ts';
import { MemorySession } from './testing/memory-session.ts';
import type { HelpPage } from './testing/parse-help.ts';
import { HELP_COMMANDS, LISTING_PAGES, parseHelp, parseListing } from './testing/parse-help.ts';
import { ScriptedDoor } from './testing/scripted-door.ts';

const recorded = join(import.meta.dirname, '../../test/data/docker-28.2.2-help.json');
const pages = JSON.parse(readFileSync(recorded, 'utf8')) as Readonly<Record<string, HelpPage>>;

async function ourPage(command: string): Promise<string> {
  const args = [...command.split(' ').filter((word) => word !== ''), '--help'];
  const session = new MemorySession({ args, env: { HOME: '/root' } });
  expect(await runDocker(session, new ScriptedDoor({ args, routes: {} }))).toBe(0);
  expect(session.stderr.text).toBe('');
  return session.stdout.text;
}

describe('help', () => {
  it.each(HELP_COMMANDS)('docker %s --help', async (command) => {
    expect(parseHelp(await ourPage(command))).toEqual(pages[command]);
  });

  it.each(HELP_COMMANDS)('docker %s --help fits 80 columns', async (command) => {
    const long = (await ourPage(command)).split('\n').filter((line) => line.length > 80 && line.startsWith('  '));
    expect(long).toEqual([]);
  });
});

/** Docker's commands that are built with images, networks, composition and many machines. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  '': [...['build'], ...['builder', 'checkpoint', 'context', 'plugin', 'swarm', 'trust']],
  image: ['build'],
};

describe('pages that list commands', () => {
  it.each(LISTING_PAGES)('docker %s --help', async (command) => {
    const page = await ourPage(command);
    const { lists, usage, flags, descriptionColumn } = pages[`${command} COMMAND`] as HelpPage & {
      readonly lists: Readonly<Record<string, readonly string[]>>;
    };
    const later = LATER[command] ?? [];
    const expected = Object.entries(lists)
      .map(([heading, names]) => [heading, names.filter((name) => !later.includes(name))] as const)
      .filter(([, names]) => names.length > 0);
    expect(parseListing(page)).toEqual(Object.fromEntries(expected));
    expect(parseHelp(page)).toMatchObject({
      usage,
      flags,
      ...(descriptionColumn !== undefined && { descriptionColumn }),
    });
  });
});

const installed = spawnSync('docker', ['--version'], { encoding: 'utf8' });

// Only where there is one: elsewhere the recorded pages have to do.
if (installed.status === 0 && installed.stdout.includes('version 28.2.2')) {
  describe('the recorded pages', () => {
    // A client that reaches no engine shows the flags of Swarm, too.
    const everywhere = HELP_COMMANDS.filter((command) => !command.startsWith('volume'));
    it.each(everywhere)('are what the installed client prints: docker %s --help', (command) => {
      const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere' };
      const { stdout } = spawnSync('docker', [...command.split(' '), '--help'], { encoding: 'utf8', env });
      const { usage, aliases, flags } = parseHelp(stdout);
      expect({ usage, aliases, flags }).toMatchObject({
        usage: pages[command]?.usage,
        aliases: pages[command]?.aliases,
      });
      expect(Object.keys(flags)).toEqual(expect.arrayContaining(Object.keys(pages[command]?.flags ?? {})));
    });
  });
}

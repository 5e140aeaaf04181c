// Every help page has Docker's usage line, aliases, flags, types, defaults and layout, in our own words.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDocker } from './run-docker.ts';
import { MemorySession } from './testing/memory-session.ts';
import type { HelpPage } from './testing/parse-help.ts';
import { HELP_COMMANDS, parseHelp } from './testing/parse-help.ts';
import { ScriptedDoor } from './testing/scripted-door.ts';

const recorded = join(import.meta.dirname, '../../test/data/docker-28.2.2-help.json');
const pages = JSON.parse(readFileSync(recorded, 'utf8')) as Readonly<Record<string, HelpPage>>;

async function ourPage(command: string): Promise<string> {
  const args = [...command.split(' '), '--help'];
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

const installed = spawnSync('docker', ['--version'], { encoding: 'utf8' });

// Only where there is one: elsewhere the recorded pages have to do.
if (installed.status === 0 && installed.stdout.includes('version 28.2.2')) {
  describe('the recorded pages', () => {
    it.each(['run', 'ps', 'image rm'])('are what the installed client prints: %s', (command) => {
      const { stdout } = spawnSync('docker', [...command.split(' '), '--help'], { encoding: 'utf8' });
      expect(parseHelp(stdout).usage).toBe(pages[command]?.usage);
    });
  });
}

// `--change` of commit and import: Dockerfile instructions that edit a config (moby: builder/dockerfile/dispatchers.go).
import { DrydockError } from '../../contracts/errors.ts';
import { environmentOf, expandWord, expandWords } from '../build/expand-word.ts';
import { parseInstruction, requireConfigInstruction } from '../build/instruction.ts';
import type { CommandLine, Instruction, KeyValue } from '../build/instruction.ts';
import { logicalLines } from '../build/logical-lines.ts';
import { cleanPath, isAbsolute } from '../container/clean-path.ts';
import type { Config } from '../container/create-request.ts';
import { parseSignal } from '../container/signals.ts';
import { exposedPorts } from './exposed-ports.ts';

const DEFAULT_SHELL = ['/bin/sh', '-c'];

/** @throws DrydockError `invalid-argument` in Docker's words; nothing is changed then */
export function withChanges(config: Config, changes: readonly string[]): Config {
  if (changes.length === 0) return config;
  const lines = logicalLines(changes.join('\n')).map(({ text }) => text);
  if (lines.length === 0) throw new DrydockError('invalid-argument', 'file with no instructions');
  for (const line of lines) requireConfigInstruction(line);
  const instructions = lines.map(parseInstruction);
  let changed = config;
  let commandSet = false;
  for (const instruction of instructions) {
    changed = applied(changed, instruction);
    // A new entrypoint makes the old command senseless.
    if (instruction.name === 'entrypoint' && !commandSet) changed = { ...changed, Cmd: null };
    commandSet ||= instruction.name === 'cmd' && instruction.command.words.length > 0;
  }
  return changed;
}

function applied(config: Config, instruction: Instruction): Config {
  const env = environmentOf(config.Env);
  const expand = (word: string): string => expandWord(word, env);
  switch (instruction.name) {
    case 'entrypoint': {
      const words = instruction.command.words.length === 0 ? null : commandLine(instruction.command, config);
      return { ...config, Entrypoint: words };
    }
    case 'cmd':
      return { ...config, Cmd: commandLine(instruction.command, config) };
    case 'env':
      return { ...config, Env: withEnv(config.Env, expandPairs(instruction.pairs, expand)) };
    case 'label':
      return { ...config, Labels: { ...config.Labels, ...fromPairs(expandPairs(instruction.pairs, expand)) } };
    case 'expose': {
      const ports = exposedPorts(instruction.values.flatMap((value) => expandWords(value, env)));
      return { ...config, ExposedPorts: { ...config.ExposedPorts, ...ports } };
    }
    case 'volume': {
      const volumes = instruction.values.map(expand);
      if (volumes.includes('')) throw refuse('VOLUME specified can not be an empty string');
      return { ...config, Volumes: { ...config.Volumes, ...Object.fromEntries(volumes.map((path) => [path, {}])) } };
    }
    case 'stopsignal': {
      const signal = expand(instruction.value);
      parseSignal(signal);
      return { ...config, StopSignal: signal };
    }
    case 'user':
      return { ...config, User: expand(instruction.value) };
    case 'workdir':
      return { ...config, WorkingDir: directoryIn(config.WorkingDir, expand(instruction.value)) };
    case 'onbuild':
      return { ...config, OnBuild: [...onBuildOf(config), instruction.value] };
    case 'healthcheck':
      return { ...config, Healthcheck: instruction.check };
  }
}

function commandLine({ words, inShell }: CommandLine, config: Config): string[] {
  if (!inShell) return [...words];
  const shell = config['Shell'];
  return [...(Array.isArray(shell) && shell.length > 0 ? shell.map(String) : DEFAULT_SHELL), ...words];
}

function expandPairs(pairs: readonly KeyValue[], expand: (word: string) => string): KeyValue[] {
  return pairs.map(({ key, value }) => ({ key: expand(key), value: expand(value) }));
}

function fromPairs(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

/** A name that is there keeps its place. */
function withEnv(env: readonly string[], pairs: readonly KeyValue[]): string[] {
  const entries = [...env];
  for (const { key, value } of pairs) {
    const at = entries.findIndex((entry) => entry.split('=', 1)[0] === key);
    if (at < 0) entries.push(`${key}=${value}`);
    else entries[at] = `${key}=${value}`;
  }
  return entries;
}

function directoryIn(current: string, requested: string): string {
  if (requested === '') throw refuse('cannot normalize nothing');
  return cleanPath(isAbsolute(requested) ? requested : `/${current}/${requested}`);
}

function onBuildOf(config: Config): string[] {
  const triggers = config['OnBuild'];
  return Array.isArray(triggers) ? triggers.map(String) : [];
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}

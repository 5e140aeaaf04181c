// Instructions that change only an image's config: what `commit --change` and `import --change` take. The grammar and the
// texts are BuildKit's (frontend/dockerfile/instructions/parse.go).
import { DrydockError } from '../../contracts/errors.ts';
import { parseHealthcheck } from './healthcheck.ts';
import type { HealthcheckInstruction } from './healthcheck.ts';
import { jsonWords, splitBlanks, splitInstruction, splitWords } from './words.ts';
import type { SplitLine } from './words.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface CommandLine {
  readonly words: readonly string[];
  /** It is for a shell: not given as a JSON array. */
  readonly inShell: boolean;
}

export type Instruction =
  | { readonly name: 'cmd' | 'entrypoint'; readonly command: CommandLine }
  | { readonly name: 'env' | 'label'; readonly pairs: readonly KeyValue[] }
  | { readonly name: 'expose' | 'volume'; readonly values: readonly string[] }
  | { readonly name: 'stopsignal' | 'user' | 'workdir' | 'onbuild'; readonly value: string }
  | HealthcheckInstruction;

type Parser = (line: SplitLine, whole: string) => Instruction;

const PARSERS: Readonly<Record<string, Parser>> = {
  cmd: (line) => ({ name: 'cmd', command: commandOf(line.rest) }),
  entrypoint: (line) => ({ name: 'entrypoint', command: commandOf(line.rest) }),
  env: (line) => ({ name: 'env', pairs: pairsOf('ENV', line.rest) }),
  label: (line) => ({ name: 'label', pairs: pairsOf('LABEL', line.rest) }),
  expose: (line) => ({ name: 'expose', values: required('EXPOSE', wordsOf(line.rest)).toSorted() }),
  volume: (line) => ({ name: 'volume', values: volumesOf(line.rest) }),
  stopsignal: (line) => ({ name: 'stopsignal', value: one('STOPSIGNAL', line.rest) }),
  user: (line) => ({ name: 'user', value: one('USER', line.rest) }),
  workdir: (line) => ({ name: 'workdir', value: one('WORKDIR', line.rest) }),
  onbuild: (line, whole) => ({ name: 'onbuild', value: triggerOf(line.rest, whole) }),
  healthcheck: (line) => parseHealthcheck(line),
};

/** @throws DrydockError `invalid-argument`: RUN is not a valid change command */
export function requireConfigInstruction(line: string): void {
  const { name } = splitInstruction(line);
  if (Object.hasOwn(PARSERS, name.toLowerCase())) return;
  throw refuse(`${name} is not a valid change command`);
}

/** @throws DrydockError `invalid-argument` in BuildKit's words */
export function parseInstruction(line: string): Instruction {
  const split = splitInstruction(line);
  const name = split.name.toLowerCase();
  const parse = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  if (parse === undefined) throw refuse(`unknown instruction: ${split.name}`);
  const parsed = parse(split, line);
  const [flag] = split.flags;
  if (flag !== undefined && name !== 'healthcheck') throw refuse(`unknown flag: ${flag.split('=', 1)[0] ?? ''}`);
  return parsed;
}

function commandOf(rest: string): CommandLine {
  const words = rest === '' ? undefined : jsonWords(rest);
  return words === undefined ? { words: rest === '' ? [] : [rest], inShell: true } : { words, inShell: false };
}

function wordsOf(rest: string): string[] {
  return rest === '' ? [] : splitBlanks(rest);
}

/** `name=value ...`, or the old `name value`. */
function pairsOf(name: string, rest: string): KeyValue[] {
  const words = splitWords(rest);
  const [first] = words;
  if (first === undefined) throw refuse(`${name} requires at least one argument`);
  if (!first.includes('=')) {
    const blank = /[\t\v\f\r ]+/.exec(rest);
    if (blank === null) throw refuse(`${name} must have two arguments`);
    return [{ key: rest.slice(0, blank.index), value: rest.slice(blank.index + blank[0].length) }];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) {
      throw refuse(`Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`);
    }
    if (equals === 0) throw refuse(`${name} names can not be blank`);
    return { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

function volumesOf(rest: string): string[] {
  const words = required('VOLUME', jsonWords(rest) ?? wordsOf(rest)).map((word) => word.trim());
  if (words.includes('')) throw refuse('VOLUME specified can not be an empty string');
  return words;
}

function triggerOf(rest: string, whole: string): string {
  const trigger = splitInstruction(rest).name.toUpperCase();
  if (trigger === '') throw refuse('ONBUILD requires at least one argument');
  if (trigger === 'ONBUILD') throw refuse("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (trigger === 'MAINTAINER' || trigger === 'FROM') throw refuse(`${trigger} isn't allowed as an ONBUILD trigger`);
  return whole.replace(/^\s*ONBUILD\s*/i, '');
}

function required(name: string, words: string[]): string[] {
  if (words.length === 0) throw refuse(`${name} requires at least one argument`);
  return words;
}

function one(name: string, rest: string): string {
  if (rest === '') throw refuse(`${name} requires exactly one argument`);
  return rest;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}

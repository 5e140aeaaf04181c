// A check of one file after the other (lint, format), given only those that it has not found good before.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckedBefore, digestOf } from './checked-before.ts';

export interface FileCheck {
  readonly name: string;
  /** Whether it has an opinion of the file. */
  covers(path: string): boolean;
  /** Files whose content all its answers depend on. */
  readonly settings: readonly string[];
  /** Whether what it says of a file depends on other files too. */
  dependsOnOthers(path: string): boolean;
  /** Whether a file is one of those others. */
  isOther(path: string): boolean;
  /** @returns whether all are good; undefined: all that there are */
  run(paths: readonly string[] | undefined): boolean;
}

export interface FileCheckPlace {
  readonly root: string;
  readonly cache: string;
  /** undefined: nobody knows, everything is checked. */
  readonly files: readonly string[] | undefined;
}

/** @returns whether all files are good */
export function checkFiles(check: FileCheck, { root, cache, files }: FileCheckPlace): boolean {
  if (files === undefined) return check.run(undefined);
  const content = (path: string) => readFileSync(join(root, path));
  const ofSeveral = (paths: readonly string[]) => digestOf(...paths.flatMap((path) => [path, content(path)]));
  const settings = ofSeveral(files.filter((path) => check.settings.includes(path)));
  const others = ofSeveral(files.filter((path) => check.isOther(path)));
  const digests = new Map<string, string>();
  for (const path of files.filter((path) => check.covers(path)))
    digests.set(path, digestOf(settings, check.dependsOnOthers(path) ? others : '', path, content(path)));
  const before = new CheckedBefore(cache, check.name);
  const unknown = [...digests].filter(([, digest]) => !before.has(digest)).map(([path]) => path);
  if (unknown.length > 0 && !check.run(unknown)) return false;
  before.keep([...digests.values()]);
  return true;
}

// The lessons of a folder, in every language: for the page's build and for the test that runs every lesson.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Language } from '../../src/contracts/language.ts';
import { LANGUAGES } from '../../src/contracts/language.ts';
import type { Lesson } from '../../src/contracts/lesson.ts';
import { parseLesson, parseTranslation } from '../../src/lessons/parse-lesson.ts';

export interface LessonFolder {
  readonly id: string;
  readonly folder: string;
  /** Every file that was read. */
  readonly files: readonly string[];
  /** A language without a translation has the English lesson. */
  readonly lessons: Readonly<Record<Language, Lesson>>;
}

const NUMBERED = /^\d{2}-[a-z0-9]+(-[a-z0-9]+)*$/;

/** In the order of their numbers. @throws LessonError with file and line */
export function readLessons(root: string): LessonFolder[] {
  return numbered(root).flatMap((chapter) =>
    numbered(join(root, chapter)).map((lesson) => readLesson(root, `${chapter}/${lesson}`)),
  );
}

function readLesson(root: string, id: string): LessonFolder {
  const folder = join(root, id);
  const file = join(folder, 'lesson.md');
  const original = parseLesson(id, source(file));
  const files = [file];
  const lessons = Object.fromEntries(
    LANGUAGES.map((language) => {
      const translation = join(folder, `lesson.${language}.md`);
      if (language === original.language || !existsSync(translation)) return [language, original];
      files.push(translation);
      return [language, parseTranslation(original, language, source(translation))];
    }),
  ) as Record<Language, Lesson>;
  return { id, folder, files, lessons };
}

function source(file: string): { file: string; text: string } {
  return { file: relative(process.cwd(), file), text: readFileSync(file, 'utf8') };
}

function numbered(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NUMBERED.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

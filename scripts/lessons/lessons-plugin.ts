// Lessons become modules when the page is built: no Markdown parser in the bundle, and a broken lesson breaks the build.
import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { LANGUAGES } from '../../src/contracts/language.ts';
import type { LessonFolder } from './read-lessons.ts';
import { readLessons } from './read-lessons.ts';

const CATALOG = 'virtual:lessons';
const LESSON = 'virtual:lesson/';
/** Rollup's mark for modules without a file. */
const VIRTUAL = '\0';

export function lessonsPlugin(root: string): Plugin {
  const watched = resolve(root);
  return {
    name: 'drydock:lessons',
    resolveId: (id) => (id === CATALOG || id.startsWith(LESSON) ? VIRTUAL + id : undefined),
    load(id) {
      if (!id.startsWith(VIRTUAL)) return undefined;
      const name = id.slice(VIRTUAL.length);
      if (name !== CATALOG && !name.startsWith(LESSON)) return undefined;
      const folders = readLessons(watched);
      for (const file of folders.flatMap(({ files }) => files)) this.addWatchFile(file);
      return name === CATALOG ? catalogModule(folders) : lessonModule(folders, name.slice(LESSON.length));
    },
    configureServer(server) {
      server.watcher.add(watched);
      server.watcher.on('all', (_event, file) => {
        if (!resolve(file).startsWith(watched)) return;
        for (const module of server.moduleGraph.idToModuleMap.values()) {
          if (module.id?.startsWith(`${VIRTUAL}virtual:lesson`) === true) server.moduleGraph.invalidateModule(module);
        }
        server.ws.send({ type: 'full-reload' });
      });
    },
  };
}

/** Each lesson in each language is a chunk of its own: a learner loads one. */
function catalogModule(folders: readonly LessonFolder[]): string {
  const entries = folders.map(({ id, lessons }) => {
    const titles = Object.fromEntries(LANGUAGES.map((language) => [language, lessons[language].title]));
    const loaders = LANGUAGES.map((language) => {
      const module = JSON.stringify(`${LESSON}${id}/${lessons[language].language}`);
      return `${JSON.stringify(language)}: () => import(${module}).then((module) => module.lesson)`;
    });
    return `{ id: ${JSON.stringify(id)}, titles: ${JSON.stringify(titles)}, load: (language) => ({ ${loaders.join(', ')} })[language]() }`;
  });
  return `export const lessons = [${entries.join(',\n')}];`;
}

function lessonModule(folders: readonly LessonFolder[], path: string): string {
  const id = path.slice(0, path.lastIndexOf('/'));
  const language = path.slice(id.length + 1);
  const found = folders.find((folder) => folder.id === id);
  const lesson = Object.values(found?.lessons ?? {}).find((candidate) => candidate.language === language);
  if (lesson === undefined) throw new Error(`Cannot find lesson "${id}" in "${language}"`);
  return `export const lesson = ${JSON.stringify(lesson)};`;
}

// The lessons in their order, and which one a reader meets.
import { lessons as builtLessons } from 'virtual:lessons';
import { DrydockError } from '../contracts/errors.ts';
import type { LessonEntry } from '../contracts/lesson.ts';

const lessons = builtLessons as readonly LessonEntry[];

/** @param id undefined, or an id that no longer exists, gives the first lesson */
export function findLesson(id: string | undefined): LessonEntry {
  const found = lessons.find((lesson) => lesson.id === id) ?? lessons[0];
  if (found === undefined) throw new DrydockError('not-found', 'Cannot open a lesson: the page was built without any');
  return found;
}

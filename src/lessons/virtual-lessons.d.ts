// Made by scripts/lessons/lessons-plugin.ts out of lessons/ when the page is built: LessonEntry of contracts/lesson.ts, each.
// (A declaration like this one cannot import, so catalog.ts gives the type.)
declare module 'virtual:lessons' {
  export const lessons: readonly unknown[];
}

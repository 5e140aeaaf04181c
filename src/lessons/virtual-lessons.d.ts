// Made by scripts/lessons/lessons-plugin.ts out of lessons/ when the page is built.
declare module 'virtual:lessons' {
  export const lessons: readonly import('../contracts/lesson.ts').LessonEntry[];
}

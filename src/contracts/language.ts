// The languages that page and lessons speak. Apart from lesson.ts, so that the page can name them without the schema library.

export const LANGUAGES = ['en', 'zh-CN'] as const;
/** BCP 47. English is the one that every lesson has. */
export type Language = (typeof LANGUAGES)[number];

// Which build this is, for `docker version`: the bundler writes it in (scripts/build-stamp.ts); run from source there is none.

declare const __BUILD_STAMP__: BuildStamp | undefined;

export interface BuildStamp {
  /** Of the last commit, abbreviated; empty when it is not known. */
  readonly commit: string;
  /** When it was committed, RFC 3339; empty when it is not known. */
  readonly time: string;
}

export const BUILD_STAMP: BuildStamp =
  typeof __BUILD_STAMP__ === 'undefined' ? { commit: '', time: '' } : __BUILD_STAMP__;

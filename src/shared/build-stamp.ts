// Which build this is, for `docker version`: the bundler writes it in (scripts/build-stamp.ts). Without one it is unknown, in
// Docker's words (docker/cli cli/version).

declare const __BUILD_STAMP__: BuildStamp | undefined;

export interface BuildStamp {
  /** Of the last commit, abbreviated. */
  readonly commit: string;
  /** When it was committed, RFC 3339. */
  readonly time: string;
}

const UNKNOWN: BuildStamp = { commit: 'unknown-commit', time: 'unknown-buildtime' };

export const BUILD_STAMP: BuildStamp = typeof __BUILD_STAMP__ === 'undefined' ? UNKNOWN : __BUILD_STAMP__;

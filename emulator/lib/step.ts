// What a build step is. Each makes one folder from files, tools and the folders of the steps that it needs.
export interface Step {
  /** Also the name of its folder in the cache. */
  readonly name: string;
  /** Raise it when the code makes another output from the same inputs. */
  readonly version: number;
  readonly needs: readonly Step[];
  /** What the output depends on beside `needs`: hashes of files, package lists, tool versions. Must work offline. */
  inputs(): Promise<readonly string[]>;
  build(context: StepContext): Promise<void>;
}

export interface StepContext {
  /** Empty folder to fill; it becomes the output when the step has succeeded. */
  readonly out: string;
  /** Empty folder that is thrown away afterwards. */
  readonly work: string;
  /** The cache's own folder, for what steps share (the package lists). */
  readonly cache: string;
  /** File for the output of commands. */
  readonly log: string;
  /** The output folder of a needed step. */
  output(step: Step): string;
  /** Counts bytes that came over the network. */
  fetched(bytes: number): void;
  /** Says what was found for inputs that leave it open, such as the versions of packages. */
  resolved(text: string): void;
}

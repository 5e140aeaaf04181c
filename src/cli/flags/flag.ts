// What a flag is: everything the parser, the help and the commands need to know about it, in one declaration.
// Modelled on what spf13/pflag lets Docker's users type, not on its interfaces.

export interface Flag<T> {
  /** pflag's name of the type, as the help shows it (`list`, `string`, `bytes`); `bool` shows none. */
  readonly type: string;
  readonly usage: string;
  readonly short?: string | undefined;
  readonly initial: T;
  /** What the help shows as `(default ...)`; empty for none. */
  readonly defaultText: string;
  /** The value when the flag is given alone (`--all`); without it the flag needs an argument. */
  readonly bare?: string;
  /** The new value. Throws an Error whose message is Go's. */
  // A method, so that flags of all kinds fit one table.
  set(current: T, text: string): T;
  readonly hidden?: boolean;
  /** Prints `Flag --x has been deprecated, ...` when used, and hides it. */
  readonly deprecated?: string;
  /** Another flag's name: this one is a second spelling of it. */
  readonly aliasOf?: string;
  /** Needs a daemon of that kind, which ours never is: hidden, and refused when used. */
  readonly needs?: 'windows' | 'experimental';
}

export type AnyFlag = Flag<unknown>;
export type FlagTable = Readonly<Record<string, AnyFlag>>;

type ValueOf<F> = F extends { readonly initial: infer T } ? T : never;
/** What a command gets: the values by the flags' own long names. */
export type OptionsOf<F extends FlagTable> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** Extras that any kind of flag takes. */
export interface FlagExtras {
  readonly short?: string;
  readonly hidden?: boolean;
  readonly deprecated?: string;
  readonly aliasOf?: string;
  readonly needs?: 'windows' | 'experimental';
}

// Compares a configuration fragment with what the kernel's dependency rules made of it.

/** The lines of `fragment` that `config` does not fulfil. An option set to n must be absent. */
export function missingOptions(fragment: string, config: string): string[] {
  const set = new Set(config.split('\n').filter((line) => line.startsWith('CONFIG_')));
  const names = new Set([...set].map((line) => line.slice(0, line.indexOf('='))));
  return fragment
    .split('\n')
    .filter((line) => line.startsWith('CONFIG_'))
    .filter((line) => (line.endsWith('=n') ? names.has(line.slice(0, -2)) : !set.has(line)));
}

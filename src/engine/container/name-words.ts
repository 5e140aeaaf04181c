// Words of random container names: moods, and people whom computing owes something.

export const ADJECTIVES: readonly string[] = (
  'agile amber amused ardent awake balanced blissful bold brave breezy bright brisk calm candid careful charming cheerful ' +
  'civil clever cosmic cozy crisp curious daring dazzling deft diligent dreamy eager earnest easy elated elegant epic ' +
  'fair faithful fearless fine fluent focused fond frank friendly frosty gallant gentle gifted glad golden graceful ' +
  'grand happy hardy honest hopeful humble inventive jolly jovial keen kind lively logical loving loyal lucid lucky ' +
  'mellow merry mighty modest musing neat nimble noble open patient peaceful placid playful polite proud prudent quick ' +
  'quiet quirky ready relaxed robust serene sharp silver sincere sleepy smart snug stoic sturdy sunny swift tender ' +
  'thrifty tidy tranquil trusting upbeat vibrant vivid warm wise witty wonderful zealous zen'
).split(' ');

export const SURNAMES: readonly string[] = (
  'adleman aiken allen antonelli atanasoff babbage backus bardeen bartik bechtolsheim bell berners blackwell boole booth ' +
  'borg brin brooks bush cerf church codd cook corbato cray cunningham dahl dantzig davies diffie dijkstra easley ' +
  'eckert engelbart estrin euler feinler flowers floyd forsythe gauss germain goldberg goldwasser gosling granville ' +
  'gray hamilton hamming hartley hellman hoare hollerith holberton hopper huffman iverson jacquard jennings johnson ' +
  'kahan kahn karp kay kernighan kildall kilby kleinrock knuth lamarr lamport lampson leibniz licklider liskov ' +
  'lovelace mauchly mccarthy mccluskey meltzer merkle metcalfe micali milner minsky moore napier naur neumann newell ' +
  'noyce nygaard papert pascal perlis perlman postel rabin reddy ritchie rivest sammet scott shamir shannon shaw ' +
  'shockley simon sinclair snyder spence stearns stoll stroustrup sutherland tarjan thacker thompson torvalds turing ' +
  'valiant vaughan wiener wilkes wilkinson wing wirth wozniak yao zuse'
).split(' ');

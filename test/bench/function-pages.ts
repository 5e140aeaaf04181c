// Which functions share a page of code: those that call each other most, as long as they fit. The pages are lists of names, for
// emulator/kernel/function-order.txt.

/** A little room, for a compiler whose code is some bytes longer than that of the kernel that was watched. */
const PAGE_BYTES = 4096 - 16;

export interface CalledFunction {
  readonly name: string;
  readonly bytes: number;
}

/** How often the one calls the other, whichever calls. */
export interface Calls {
  readonly between: readonly [CalledFunction, CalledFunction];
  readonly times: number;
}

interface Group {
  readonly functions: CalledFunction[];
  bytes: number;
  calls: number;
  readonly neighbours: Map<Group, number>;
}

/**
 * Greedy: the two groups with most calls between them become one, while they fit into a page. Calls weigh less the more room the
 * two take, or one large function keeps out many small ones. What is left over fills pages, the busiest first.
 * @returns pages, the busiest first; a function larger than a page is alone on its own
 */
export function pagesOf(graph: readonly Calls[]): CalledFunction[][] {
  const groups = singleGroups(graph);
  const open = new Set(groups.values());
  for (let pair = closest(open); pair !== undefined; pair = closest(open)) {
    join(...pair);
    open.delete(pair[1]);
  }
  return packed([...open]).map(({ functions }) => functions);
}

function singleGroups(graph: readonly Calls[]): Map<CalledFunction, Group> {
  const groups = new Map<CalledFunction, Group>();
  const groupOf = (member: CalledFunction): Group => {
    const known = groups.get(member);
    if (known !== undefined) return known;
    const group = { functions: [member], bytes: member.bytes, calls: 0, neighbours: new Map<Group, number>() };
    groups.set(member, group);
    return group;
  };
  for (const { between, times } of graph) {
    const [one, other] = [groupOf(between[0]), groupOf(between[1])];
    one.calls += times;
    if (one === other) continue;
    other.calls += times;
    connect(one, other, times);
  }
  return groups;
}

/** Of the groups that fit into one page together; looking at all of them each time takes a second or two, once a year. */
function closest(groups: ReadonlySet<Group>): [Group, Group] | undefined {
  let [best, found]: [number, [Group, Group] | undefined] = [0, undefined];
  for (const one of groups)
    for (const [other, times] of one.neighbours) {
      const bytes = one.bytes + other.bytes;
      const weight = times / Math.sqrt(bytes);
      if (weight <= best || bytes > PAGE_BYTES) continue;
      [best, found] = [weight, [one, other]];
    }
  return found;
}

function connect(one: Group, other: Group, times: number): void {
  const sum = (one.neighbours.get(other) ?? 0) + times;
  one.neighbours.set(other, sum);
  other.neighbours.set(one, sum);
}

function join(one: Group, other: Group): void {
  one.functions.push(...other.functions);
  one.bytes += other.bytes;
  one.calls += other.calls;
  for (const [neighbour, times] of other.neighbours) {
    neighbour.neighbours.delete(other);
    if (neighbour !== one) connect(one, neighbour, times);
  }
}

/** First fit, the busiest first. */
function packed(groups: readonly Group[]): Group[] {
  const pages: Group[] = [];
  for (const group of [...groups].sort((one, other) => other.calls - one.calls)) {
    const page = pages.find(({ bytes }) => bytes + group.bytes <= PAGE_BYTES);
    if (page === undefined) pages.push(group);
    else join(page, group);
  }
  return pages;
}

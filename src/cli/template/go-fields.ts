// Go templates see Docker's structs, we see their JSON. Some names differ, empty members are left out of JSON, and maps
// forgive an unknown key where structs do not: this file remembers that for decoded objects.

/** Fields whose Go name is not their JSON name. */
const GO_NAMES: Readonly<Record<string, string>> = {
  ID: 'Id',
  DNS: 'Dns',
  DNSOptions: 'DnsOptions',
  DNSSearch: 'DnsSearch',
  NanoCPUs: 'NanoCpus',
  CPUShares: 'CpuShares',
  CPUPeriod: 'CpuPeriod',
  CPUQuota: 'CpuQuota',
  CPURealtimePeriod: 'CpuRealtimePeriod',
  CPURealtimeRuntime: 'CpuRealtimeRuntime',
  CPUCount: 'CpuCount',
  CPUPercent: 'CpuPercent',
  HostIP: 'HostIp',
  APIVersion: 'ApiVersion',
  HTTPProxy: 'HttpProxy',
  HTTPSProxy: 'HttpsProxy',
};

const JSON_ONLY = new Set(Object.values(GO_NAMES));

const absent = new WeakMap<object, Readonly<Record<string, unknown>>>();
const openMaps = new WeakSet();
const structs = new WeakSet();
const rawValues = new WeakSet();
const keyTypes = new WeakMap<object, string>();
const orders = new WeakMap<object, readonly string[]>();

/** Members that JSON leaves out when they are empty: a template may name them all the same. */
export function rememberAbsent(object: object, fields: Readonly<Record<string, unknown>>): void {
  absent.set(object, fields);
}

/** Prints as a struct: values without names. */
export function markStruct(object: object): void {
  structs.add(object);
}

/** Names and values of a struct, in their order; undefined for a map. */
export function structEntries(
  object: Readonly<Record<string, unknown>>,
): readonly (readonly [string, unknown])[] | undefined {
  if (!structs.has(object)) return undefined;
  const order = orders.get(object);
  const members = Object.entries({ ...object, ...missingFrom(object) });
  return order === undefined ? members : members.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

function missingFrom(object: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(absent.get(object) ?? {}).filter(([name]) => !Object.hasOwn(object, name)));
}

/** The values of a struct, in their order; undefined for a map. */
export function structMembers(object: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  return structEntries(object)?.map(([, value]) => value);
}

/** Members in Go's order, where JSON's is another. */
export function rememberOrder(object: object, names: readonly string[]): void {
  orders.set(object, names);
}

/** A map, not a struct: an unknown key is nothing, no mistake. */
export function markOpen(map: object): void {
  openMaps.add(map);
}

export function isOpen(map: object): boolean {
  return openMaps.has(map);
}

/** Decoded JSON that stands for nothing but itself: its lists are of `interface {}`, its names those of JSON. */
export function markRaw(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  rawValues.add(value);
  for (const item of Object.values(value)) markRaw(item);
}

export function isRawList(list: object): boolean {
  return rawValues.has(list);
}

/** A map whose keys have a type of their own: no plain text finds anything in it. */
export function markKeyType(map: object, type: string): void {
  keyTypes.set(map, type);
}

export function keyTypeOf(map: object): string | undefined {
  return keyTypes.get(map);
}

/** A struct is asked for a name that only its JSON has. */
export function isJsonOnly(object: object, name: string): boolean {
  return structs.has(object) && JSON_ONLY.has(name);
}

/** The field a template means by `name`, if JSON has it under another name or has left it out. */
export function goField(
  object: Readonly<Record<string, unknown>>,
  name: string,
): { readonly value: unknown } | undefined {
  if (rawValues.has(object)) return undefined;
  const jsonName = GO_NAMES[name];
  if (jsonName !== undefined && Object.hasOwn(object, jsonName)) return { value: object[jsonName] };
  const fields = absent.get(object);
  return fields !== undefined && Object.hasOwn(fields, name) ? { value: fields[name] } : undefined;
}

import type { Counter } from '@gad/cache/store';
import { COUNTER_NAMES } from '@gad/cache/store';
import type { Metric, Sample, Scrape } from './metric.js';
import { sample } from './metric.js';

type Read = Metric['read'];
type Own = Scrape['own'];
type Namespace = NonNullable<Own>['namespaces'][number];
/** The values of one label, and the counter of each. */
export type ByLabel = Readonly<Record<string, Counter>>;

/** Of what concerns no one namespace. */
const ALL = '(all)';

/** The counters whose names begin so, by the rest of their names. */
export function named(prefix: string): ByLabel {
  const names = COUNTER_NAMES.filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), name]));
}

export function gauge(name: string, help: string, of: Metric['of'], read: Read): Metric {
  return { name, type: 'gauge', help, labels: [], of, read };
}

export function counter(name: string, help: string, of: Metric['of'], read: Read): Metric {
  return { name, type: 'counter', help, labels: [], of, read };
}

export function timing(name: string, help: string, read: Read): Metric {
  return { name, type: 'histogram', help, labels: [], of: 'process', read };
}

/** A counter for each namespace and each value of a label. */
export function byNamespace(name: string, help: string, label: string, counters: ByLabel): Metric {
  const read: Read = ({ own }) => namespaces(own, (each) => labelled(each, label, counters));
  return { ...counter(name, help, 'process', read), labels: ['namespace', label] };
}

/** A counter for each value of a label, of all namespaces together. */
export function byCounter(name: string, help: string, label: string, counters: ByLabel): Metric {
  const read: Read = ({ own }) => sums(own, label, counters, {});
  return { ...counter(name, help, 'process', read), labels: [label] };
}

/** A counter of all namespaces together. */
export function summed(name: string, help: string, of: Counter): Metric {
  return counter(name, help, 'process', ({ own }) => sample(sumOf(own, of)));
}

/** A counter for each namespace; `parts` of the counter make one. */
export function ofNamespace(name: string, help: string, of: Counter, parts = 1): Metric {
  const read: Read = ({ own }) =>
    namespaces(own, ([namespace, tally]) => sample(tally.get(of) / parts, { namespace }));
  return { ...counter(name, help, 'process', read), labels: ['namespace'] };
}

export function namespaces(own: Own, read: (each: Namespace) => readonly Sample[]): Sample[] {
  return own?.namespaces.filter(([name]) => name !== ALL).flatMap(read) ?? [];
}

export function labelled(
  [namespace, tally]: Namespace,
  label: string,
  counters: ByLabel,
): Sample[] {
  return Object.entries(counters).flatMap(([value, name]) =>
    sample(tally.get(name), { namespace, [label]: value }),
  );
}

export function sums(own: Own, label: string, counters: ByLabel, more: Sample['labels']): Sample[] {
  return Object.entries(counters).flatMap(([value, name]) =>
    sample(sumOf(own, name), { [label]: value, ...more }),
  );
}

function sumOf(own: Own, name: Counter): number | undefined {
  return own?.namespaces.reduce((sum, [, tally]) => sum + tally.get(name), 0);
}

import type {
  Check,
  DoctorLanguage,
  FixTemplate,
  Problema,
  Reason,
  Severity,
  Verdict,
} from './check.js';
import { REASONS } from './check.js';
import type { ServerPlace } from '../store/store-server.js';

/** What one check has found. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly check: Pick<Check<never>, 'id' | 'problema' | 'title' | 'variants'>;
  readonly verdict: Verdict | Reason;
  /** The masters of a Cluster that it is true of, if it is about single ones. */
  readonly servers?: readonly ServerFinding[] | undefined;
}

interface ServerFinding extends Pick<Finding, 'severity' | 'verdict'> {
  readonly node: string;
  readonly place: ServerPlace | undefined;
}

/** A finding in words. */
export interface FindingText {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly seen: string;
  readonly why: string;
  /** A command line or a setting, to be copied as it is; `null` where none mends it. */
  readonly fix: string | null;
  readonly problema: Problema | null;
  /** The page of the documentation about it. */
  readonly docs: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** How many findings there are of each severity that matters. */
export interface FindingCounts {
  readonly fail: number;
  readonly warn: number;
  readonly info: number;
}

interface Diagnosed {
  readonly examination: { readonly place: ServerPlace | undefined };
  readonly findings: readonly Finding[];
}

/** How an option is set, such as `CACHE_DEADLINE_MS=200`; `undefined` for one that cannot be set. */
export type SettingText = (option: string, value: string) => string | undefined;

const SETTING: SettingText = (option, value) => `${option}: ${value}`;
const PAGE = 'docs/doctor.md';

/** Runs checks over facts; a finding that another one explains is none. */
export function findingsOf<Facts>(checks: readonly Check<Facts>[], facts: Facts): Finding[] {
  return checks.map((check) => {
    const verdict = check.look(facts);
    return { id: check.id, severity: severityOf(check, verdict), check, verdict };
  });
}

const WORST_FIRST: readonly Severity[] = ['fail', 'warn', 'info', 'pass', 'n/a'];

/** One finding for each check over several servers: the worst, with the servers that it is true of. */
export function findingsOfAll<Facts extends { node?: string; place: ServerPlace | undefined }>(
  checks: readonly Check<Facts>[],
  servers: readonly Facts[],
): Finding[] {
  return checks.map((check) => {
    const all = servers.map((facts): ServerFinding => {
      const verdict = check.look(facts);
      const { node = '', place } = facts;
      return { node, place, verdict, severity: severityOf(check, verdict) };
    });
    const severity = WORST_FIRST.find((each) => all.some((found) => found.severity === each));
    const worst = all.filter((found) => found.severity === severity);
    const [first] = worst;
    if (first === undefined) throw new Error('There is no server.');
    const { verdict } = first;
    const finding = { id: check.id, severity: first.severity, check, verdict };
    const isBad = severity === 'fail' || severity === 'warn' || severity === 'info';
    const differ = new Set(all.map((found) => JSON.stringify(found.verdict))).size > 1;
    const isLocal = isBad && (differ || fixOf(check, verdict)?.includes('{cli}') === true);
    return all.length > 1 && isLocal ? { ...finding, servers: worst } : finding;
  });
}

function fixOf(
  check: Pick<Check<never>, 'variants'>,
  verdict: Verdict | Reason,
): string | undefined {
  const fix = typeof verdict === 'string' ? undefined : check.variants[verdict.variant]?.fix;
  return fix !== undefined && 'run' in fix ? fix.run : undefined;
}

/** The findings without those that follow from another one of them. */
export function withoutConsequences(
  findings: readonly Finding[],
  checks: readonly Pick<Check<never>, 'id' | 'explains'>[],
): Finding[] {
  const isBad = ({ severity }: Finding): boolean => severity === 'fail' || severity === 'warn';
  const bad = new Set(findings.filter(isBad).map(({ id }) => id));
  const explained = new Set(
    checks.flatMap(({ id, explains = [] }) => (bad.has(id) ? explains : [])),
  );
  return findings.map((finding) =>
    explained.has(finding.id) && finding.severity !== 'pass'
      ? { ...finding, severity: 'n/a', verdict: 'explained' }
      : finding,
  );
}

function inWords(
  { id, severity, check, verdict, servers = [] }: Finding,
  language: DoctorLanguage,
  place: ServerPlace | undefined,
  setting: SettingText = SETTING,
): FindingText {
  const { problema } = check;
  const title = check.title[language];
  const docs = `${PAGE}#${id}`;
  const common = { id, severity, title, problema, docs };
  if (typeof verdict === 'string') {
    return { ...common, seen: REASONS[verdict][language], why: '', fix: null, figures: {} };
  }
  const { figures = {} } = verdict;
  const variant = check.variants[verdict.variant];
  if (variant === undefined) throw new Error(`${id} has no variant ${verdict.variant}`);
  const known = { ...namesOf(place), ...verdict.names };
  const shown = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const words = (text: string): string =>
    filled(text, (name) => {
      const figure = figures[name];
      return known[name] ?? (figure === undefined ? undefined : shown.format(figure));
    }) ?? text;
  const where = servers.length === 0 ? '' : `${servers.map(({ node }) => node).join(', ')}: `;
  const fixes = (servers.length === 0 ? [{ place, verdict }] : servers).map((each) =>
    typeof each.verdict === 'string'
      ? undefined
      : fixOfVerdict(check.variants[each.verdict.variant], each.verdict, each.place, setting),
  );
  return {
    ...common,
    seen: where + words(variant.seen[language]),
    why: words(variant.why?.[language] ?? ''),
    fix: [...new Set(fixes)].filter((fix) => fix !== undefined).join(' && ') || null,
    figures,
  };
}

function fixOfVerdict(
  variant: Check<never>['variants'][string] | undefined,
  { names, figures }: Verdict,
  place: ServerPlace | undefined,
  setting: SettingText,
): string | undefined {
  const known = { ...namesOf(place), ...names };
  const bare = (text: string): string | undefined =>
    filled(text, (name) => known[name] ?? figures?.[name]?.toString());
  return variant?.fix && fixText(variant.fix, bare, setting);
}

/** All findings of a diagnosis in words. @param setting how an option is set. Default: as in code */
export function diagnosisInWords(
  { examination, findings }: Diagnosed,
  language: DoctorLanguage,
  setting?: SettingText,
): FindingText[] {
  const { place } = examination;
  return findings.map((finding) => inWords(finding, language, place, setting));
}

/** How many findings there are of each severity that matters. */
export function countsOf(findings: readonly Finding[]): FindingCounts {
  const count = (wanted: Severity): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  return { fail: count('fail'), warn: count('warn'), info: count('info') };
}

/** What every fix may need: `cli`, `start`, `user`. */
function namesOf(place: ServerPlace | undefined): Record<string, string> {
  if (place === undefined) return {};
  const { cli, start, user } = place;
  return { cli, user, ...(start === undefined ? {} : { start }) };
}

function severityOf(check: Pick<Check<never>, 'variants'>, verdict: Verdict | Reason): Severity {
  return typeof verdict === 'string' ? 'n/a' : (check.variants[verdict.variant]?.severity ?? 'n/a');
}

function fixText(
  fix: FixTemplate,
  bare: (text: string) => string | undefined,
  setting: SettingText,
): string | undefined {
  if ('run' in fix) return bare(fix.run);
  const value = bare(String(fix.to));
  return value === undefined ? undefined : setting(fix.set, value);
}

/** A text with its names replaced; `undefined` if one of them is not known. */
function filled(text: string, valueOf: (name: string) => string | undefined): string | undefined {
  let complete = true;
  const whole = text.replace(/\{(\w+)\}/g, (mark, name: string) => {
    const value = valueOf(name);
    if (value === undefined) complete = false;
    return value ?? mark;
  });
  return complete ? whole : undefined;
}

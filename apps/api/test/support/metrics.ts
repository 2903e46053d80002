import type { TestApi } from './api.js';

/** The samples of a scrape, by name and labels, without the label that all have. */
export class Scraped {
  private constructor(
    readonly text: string,
    private readonly samples: ReadonlyMap<string, number>,
  ) {}

  static async of(api: TestApi): Promise<Scraped> {
    const { body } = await api.get('//metrics');
    const text = String(body);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Scraped(
      text,
      new Map(
        lines.map((line): [string, number] => {
          const at = line.lastIndexOf(' ');
          return [normal(line.slice(0, at)), Number(line.slice(at + 1))];
        }),
      ),
    );
  }

  /** `undefined` for a series without a sample. @param series `name{label="value"}` */
  get(series: string): number | undefined {
    return this.samples.get(normal(series));
  }

  /** By how much a series is more than in an earlier scrape. */
  since(earlier: Scraped, series: string): number {
    return (this.get(series) ?? 0) - (earlier.get(series) ?? 0);
  }

  /** The series whose names begin so. */
  seriesOf(name: string): string[] {
    return [...this.samples.keys()].filter((one) => one === name || one.startsWith(`${name}{`));
  }
}

/** Labels in order, without `service`. */
function normal(series: string): string {
  const [, name = series, inside = ''] = /^([^{]+)\{(.*)\}$/.exec(series) ?? [];
  const labels = [...inside.matchAll(/(\w+)="([^"]*)"/g)]
    .filter(([, label]) => label !== 'service')
    .map(([text]) => text)
    .sort();
  return labels.length === 0 ? name : `${name}{${labels.join()}}`;
}

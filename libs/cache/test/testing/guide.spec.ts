import { beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import { Test } from '@nestjs/testing';
import { CacheTesting, CacheTestingModule, FakeClock } from '@gad/cache/testing';

@Injectable()
class UserStats {
  computed = 0;

  constructor(private readonly cache: CacheService) {}

  of(userId: number, days = 30): Promise<{ total_tareas: number }> {
    const compute = (): { total_tareas: number } => {
      this.computed++;
      return { total_tareas: 45 };
    };
    return this.cache.getOrSet(`stats:user:${userId}:days:${days}`, compute, { ttl: 300 });
  }
}

// What follows, to the end of the last test, is what docs/guia-de-uso.md shows.
const clock = new FakeClock();
let stats: UserStats;
let cache: CacheTesting;

beforeEach(async () => {
  const module = await Test.createTestingModule({
    imports: [CacheTestingModule.forRoot({ clock })],
    providers: [UserStats],
  }).compile();
  stats = module.get(UserStats);
  cache = module.get(CacheTesting);
});

it('un MISS calcula y guarda; el segundo pedido es un HIT', async () => {
  expect(await stats.of(123)).toEqual({ total_tareas: 45 });
  expect(cache.calls.filled).toEqual(['stats:user:123:days:30']);
  await stats.of(123);
  expect(cache.calls.hits).toEqual(['stats:user:123:days:30']);
});

it('después del ttl vuelve a calcular', async () => {
  await stats.of(123);
  clock.advance(300_000);
  await stats.of(123);
  expect(cache.calls.count('fill')).toBe(2);
});

it('con el cache caído responde igual', async () => {
  cache.faults.disconnect();
  expect(await stats.of(123)).toEqual({ total_tareas: 45 });
});
// To here.

describe('The guide on testing', () => {
  it('the guide shows what is compiled and run here, word for word', () => {
    const text = (path: string): string =>
      readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
    const section = /\n## Tests\n([^]*?)(?=\n## |$)/.exec(
      text('../../../../docs/guia-de-uso.md'),
    )?.[1];
    const blocks = [...(section ?? '').matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    const [, shown] = text('./guide.spec.ts').split(/\n(?=const clock = )|\n\/\/ To here/);
    expect(blocks.join('')).toContain(shown);
    for (const line of (blocks[0] ?? '').split('\n')) {
      expect(text('./guide.spec.ts')).toContain(line);
    }
  });
});

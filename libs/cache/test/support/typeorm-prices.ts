import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Prices } from './prices-service.js';

/** Runs a statement on the connection of the current transaction. */
type Query = (text: string, values: unknown[]) => Promise<unknown>;

export function openDataSource(url: string): Promise<DataSource> {
  return new DataSource({ type: 'postgres', url }).initialize();
}

export function pricesOver(query: Query): Type<Prices> {
  @Injectable()
  class TypeOrmPrices extends Prices {
    async read(id: number): Promise<number> {
      const rows = await query('SELECT n FROM prices WHERE id = $1', [id]);
      return (rows as { n: number }[])[0]?.n ?? NaN; // of that table
    }

    async write(id: number, n: number): Promise<void> {
      await query('UPDATE prices SET n = $2 WHERE id = $1', [id, n]);
    }
  }
  return TypeOrmPrices;
}

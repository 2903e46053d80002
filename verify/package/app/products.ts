import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Put,
} from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CacheAside, CacheInvalidate, CacheModule, cacheKey, cachePattern } from '@gad/cache';

export interface Product {
  readonly id: number;
  readonly price: number;
}

/** A table of a database, and how often it was read. */
@Injectable()
export class Products {
  reads = 0;
  readonly #prices = new Map<number, number>();

  @CacheAside({ key: (id: number) => cacheKey`product:${id}`, ttl: 60 })
  async find(id: number): Promise<Product> {
    this.reads++;
    return Promise.resolve({ id, price: this.#prices.get(id) ?? 10 });
  }

  @CacheInvalidate<[number, number]>(
    ([id]) => cachePattern`product:${id}`,
    ([id]) => cachePattern`card:${id}`,
  )
  async reprice(id: number, price: number): Promise<Product> {
    this.#prices.set(id, price);
    return Promise.resolve({ id, price });
  }
}

@Controller('products')
export class ProductsController {
  constructor(@Inject(Products) private readonly products: Products) {}

  @Get(':id/card')
  @CacheAside({
    scope: 'shared',
    key: ({ params: { id = '' } }) => cacheKey`card:${id}`,
    ttl: 60,
  })
  async card(@Param('id', ParseIntPipe) id: number): Promise<{ card: Product; reads: number }> {
    const card = await this.products.find(id);
    return { card, reads: this.products.reads };
  }

  @Put(':id/:price')
  reprice(
    @Param('id', ParseIntPipe) id: number,
    @Param('price', ParseIntPipe) price: number,
  ): Promise<Product> {
    return this.products.reprice(id, price);
  }
}

@Module({ controllers: [ProductsController], providers: [Products] })
export class ProductsModule {
  /** The application: the feature and its cache, in Redis if there is a URL of one. */
  static with(url: string | undefined): DynamicModule {
    return {
      module: ProductsModule,
      imports: [
        CacheModule.forRoot({ prefix: 'shop:', ...(url === undefined ? {} : { redis: { url } }) }),
      ],
    };
  }
}

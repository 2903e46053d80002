import { Controller, Get, Injectable, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom, from, isObservable, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { CacheAside, CacheInvalidate, cacheKey } from '@gad/cache';
import { CacheAsideInterceptor } from '../../src/nest/cache-aside.interceptor.js';
import type { RunningApp } from '../support/nest-app.js';
import { startApp } from '../support/nest-app.js';

/** A transport without a wire: what it is asked, it hands to Nest. */
class Transport extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }
  close(): void {
    return undefined;
  }
  on(): unknown {
    return undefined;
  }
  unwrap<T>(): T {
    throw new Error('nothing inside');
  }
  async ask(pattern: string, data: unknown): Promise<unknown> {
    const handler = this.getHandlerByPattern(pattern);
    const answer: unknown = await handler?.(data);
    return isObservable(answer) ? firstValueFrom(answer) : answer;
  }
}

type MessageHandlers = readonly {
  readonly message: unknown;
  readonly callback: (...args: unknown[]) => unknown;
}[];

/** Sockets without a network, as Nest's adapters see them. */
class Sockets {
  handlers: MessageHandlers = [];
  #connect: ((client: object) => void) | undefined;
  create(): object {
    return {};
  }
  bindClientConnect(_server: object, callback: (client: object) => void): void {
    this.#connect = callback;
  }
  bindMessageHandlers(_client: object, handlers: MessageHandlers): void {
    this.handlers = handlers;
  }
  close(): void {
    return undefined;
  }
  dispose(): void {
    return undefined;
  }
  async ask(message: string, data: unknown): Promise<unknown> {
    this.#connect?.({});
    const answer: unknown = await this.handlers
      .find((one) => one.message === message)
      ?.callback(data, () => undefined);
    return isObservable(answer) ? firstValueFrom(answer) : answer;
  }
}

let runs: string[];
const key = (id: number) => cacheKey`prices:${id}`;

@Controller()
class PricesController {
  @MessagePattern('price')
  @CacheAside({ key, ttl: 60 })
  async price(@Payload() id: number): Promise<{ price: number }> {
    runs.push('price');
    return Promise.resolve({ price: id * 10 });
  }

  @MessagePattern('change')
  @CacheInvalidate<[number]>(([id]) => cacheKey`prices:${id}`)
  async change(@Payload() _id: number): Promise<string> {
    return Promise.resolve('changed');
  }

  @EventPattern('changed')
  @CacheInvalidate<[number]>(([id]) => cacheKey`prices:${id}`)
  async changed(@Payload() _id: number): Promise<void> {
    return Promise.resolve();
  }

  // What no type stops: decorators in plain JavaScript.
  @MessagePattern('many')
  @(CacheAside({ key: () => cacheKey`prices:many` }) as MethodDecorator)
  many(): Observable<number> {
    return from([1, 2]);
  }
}

@WebSocketGateway()
class PricesGateway {
  @SubscribeMessage('price')
  @CacheAside({ key, ttl: 60 })
  async price(@MessageBody() id: number): Promise<{ event: string; data: number }> {
    runs.push('socket price');
    return Promise.resolve({ event: 'price', data: id * 10 });
  }
}

let running: RunningApp | undefined;
beforeEach(() => {
  runs = [];
});
afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe('A handler of another transport', () => {
  const transport = new Transport();
  const sockets = new Sockets();
  const configure = (app: INestApplication): void => {
    app.connectMicroservice({ strategy: transport });
    app.useWebSocketAdapter(sockets);
  };
  const start = async (): Promise<RunningApp> => {
    running = await startApp({
      controllers: [PricesController],
      providers: [PricesGateway],
      configure,
    });
    await running.app.startAllMicroservices();
    return running;
  };

  it('a handler of messages answers alike cold and warm, and runs once', async () => {
    const { cache } = await start();
    expect(await transport.ask('price', 1)).toEqual({ price: 10 });
    expect(await transport.ask('price', 1)).toEqual({ price: 10 });
    expect(runs).toEqual(['price']);
    await transport.ask('change', 1);
    expect(await cache.exists('prices:1')).toBe(false);
    await cache.set('prices:1', 1);
    await transport.ask('changed', 1);
    expect(await cache.exists('prices:1')).toBe(false);
  });

  it('a handler of a socket answers alike cold and warm, and runs once', async () => {
    await start();
    expect(await sockets.ask('price', 2)).toEqual({ event: 'price', data: 20 });
    expect(await sockets.ask('price', 2)).toEqual({ event: 'price', data: 20 });
    expect(runs).toEqual(['socket price']);
  });

  it('a handler that returns an Observable fails alike cold and warm', async () => {
    const { cache } = await start();
    for (let n = 0; n < 2; n++) {
      await expect(transport.ask('many', 1)).rejects.toMatchObject({ message: /./ });
    }
    expect(await cache.exists('prices:many')).toBe(false);
  });
});

describe('At start, the module refuses', () => {
  const scoped = CacheAside({ scope: 'shared', key: () => cacheKey`refused:one` });

  @Controller()
  class ScopedMessage {
    @MessagePattern('one')
    @scoped
    one(): number {
      return 1;
    }
  }

  @WebSocketGateway()
  class ScopedSocket {
    @SubscribeMessage('one')
    @scoped
    one(): number {
      return 1;
    }
  }

  /** What `@Query()` of @nestjs/graphql notes. */
  @Injectable()
  class ScopedQuery {
    @SetMetadata('graphql:resolver_type', 'Query')
    @scoped
    one(): number {
      return 1;
    }
  }

  @Controller()
  class RouteAndMessage {
    @Get()
    @MessagePattern('one')
    @scoped
    one(): number {
      return 1;
    }
  }

  @Controller()
  class RouteAndQuery {
    @Get()
    @SetMetadata('graphql:resolver_type', 'Query')
    @scoped
    one(): number {
      return 1;
    }
  }

  @Controller()
  class CachedEvents {
    @EventPattern('one')
    @CacheAside({ key: (id: number) => cacheKey`refused:${id}` })
    async one(@Payload() id: number): Promise<number> {
      return Promise.resolve(id);
    }
  }

  it.each<[string, { controllers?: Type[]; providers?: Type[] }, RegExp]>([
    ['a scope on a handler of messages', { controllers: [ScopedMessage] }, /not an HTTP handler/],
    ['a scope on a handler of a socket', { providers: [ScopedSocket] }, /not an HTTP handler/],
    ['a scope on a resolver', { providers: [ScopedQuery] }, /not an HTTP handler/],
    [
      'a route that is a handler of messages as well',
      { controllers: [RouteAndMessage] },
      /also handles/,
    ],
    ['a route that is a resolver as well', { controllers: [RouteAndQuery] }, /also handles/],
    ['a cached handler of events', { controllers: [CachedEvents] }, /handles events/],
  ])('the module refuses %s', async (_, parts, message) => {
    await expect(
      startApp({ ...parts, configure: (app) => app.useWebSocketAdapter(new Sockets()) }),
    ).rejects.toThrow(message);
  });

  it('the module refuses nothing of a bare interceptor, which serves no other transport', async () => {
    @Controller()
    class ByHand {
      @MessagePattern('one')
      @UseInterceptors(CacheAsideInterceptor)
      one(): Observable<number> {
        return of(1);
      }
    }
    const transport = new Transport();
    running = await startApp({
      controllers: [ByHand],
      configure: (app) => app.connectMicroservice({ strategy: transport }),
    });
    await running.app.startAllMicroservices();
    await expect(transport.ask('one', 1)).rejects.toBeDefined();
  });
});

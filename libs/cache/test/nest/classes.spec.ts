import { ClassSerializerInterceptor, Controller, Get, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Exclude } from 'class-transformer';
import { describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey } from '@gad/cache';
import { appPerTest, PLATFORMS } from '../support/nest-app.js';

class User {
  @Exclude() readonly passwordHash: string;

  constructor(
    readonly id: number,
    readonly name: string,
  ) {
    this.passwordHash = 'SECRET';
  }
}

@Injectable()
class Users {
  runs = 0;

  @CacheAside({ key: (id: number) => cacheKey`user:${id}`, ttl: 60, as: User })
  one(id: number): Promise<User> {
    this.runs++;
    return Promise.resolve(new User(id, 'ana'));
  }

  @CacheAside({ key: () => 'users', ttl: 60, as: User })
  all(): Promise<User[]> {
    this.runs++;
    return Promise.resolve([new User(1, 'ana'), new User(2, 'luis')]);
  }

  @CacheAside({
    key: () => 'made',
    ttl: 60,
    as: ({ id, name }: User) => new User(id, name),
  })
  made(): Promise<User> {
    this.runs++;
    return Promise.resolve(new User(3, 'eva'));
  }
}

@Controller()
class UsersController {
  constructor(private readonly users: Users) {}
  @Get('one')
  one(): Promise<User> {
    return this.users.one(1);
  }
  @Get('all')
  all(): Promise<User[]> {
    return this.users.all();
  }
  @Get('made')
  made(): Promise<User> {
    return this.users.made();
  }
}
Reflect.defineMetadata('design:paramtypes', [Users], UsersController);

describe.each(PLATFORMS)('A cached method with as, on %s', (platform) => {
  const start = appPerTest();

  it('@Exclude() holds behind a cached method with as, on a miss and on a hit', async () => {
    const { app, get } = await start({
      platform,
      controllers: [UsersController],
      providers: [Users],
      configure: (it) => it.useGlobalInterceptors(new ClassSerializerInterceptor(new Reflector())),
    });
    for (let read = 0; read < 3; read++) {
      expect((await get('/one')).text).toBe('{"id":1,"name":"ana"}');
      expect((await get('/all')).text).toBe('[{"id":1,"name":"ana"},{"id":2,"name":"luis"}]');
      expect((await get('/made')).text).toBe('{"id":3,"name":"eva"}');
    }
    expect(app.get(Users).runs).toBe(3);
  });
});

describe('The option as of a decorator', () => {
  it.each([
    [{ as: 7 }, 'as must be a class or a function, not 7.'],
    [
      { as: User, scope: 'shared' },
      'as is not an option of @CacheAside on a handler, whose answer',
    ],
  ])('the option as is refused where it cannot work: %p', (more, sentence) => {
    const decorate = (): void => {
      const method = Object.getOwnPropertyDescriptor(Users.prototype, 'all') ?? {};
      const aside = CacheAside as unknown as (options: object) => MethodDecorator;
      aside({ key: () => 'k', ...more })(Users.prototype, 'all', method);
    };
    expect(decorate).toThrow(sentence);
  });
});

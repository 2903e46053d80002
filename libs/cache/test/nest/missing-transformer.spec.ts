import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it, jest } from '@jest/globals';
import { CacheAside, CacheModule } from '@gad/cache';

jest.unstable_mockModule('class-transformer', () => {
  throw new Error('Cannot find package class-transformer');
});

class User {
  readonly id = 1;
}

@Injectable()
class Users {
  @CacheAside({ key: () => 'user', ttl: 60, as: User })
  one(): Promise<User> {
    return Promise.resolve(new User());
  }
}

@Module({ imports: [CacheModule.forRoot()], providers: [Users] })
class App {}

it('an application whose cached method makes instances of a class does not start without class-transformer', async () => {
  const app = (
    await Test.createTestingModule({ imports: [App] }).compile()
  ).createNestApplication();
  await expect(app.init()).rejects.toThrow(
    'as needs the package class-transformer to make instances of a class: install it, or give a function that makes them.',
  );
});

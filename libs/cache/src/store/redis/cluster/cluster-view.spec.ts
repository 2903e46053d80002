import { describe, expect, it } from '@jest/globals';
import { viewOf } from './cluster-view.js';

const ASKED = { host: 'asked', port: 1 };

describe('viewOf', () => {
  it('an answer to CLUSTER NODES names addresses, claims, replicas and imports', () => {
    const text = [
      'a 10.0.0.1:6379@16379,name myself,master - 0 0 3 connected 0-99 200 [7-<-b] [8->-b]',
      'b [::1]:6380@16380 master,fail - 0 0 2 disconnected 100-199',
      'c 10.0.0.3:6379@16379 slave b 0 0 2 connected',
      'd :0@0 master,noaddr - 0 0 1 disconnected 300',
      'e 10.0.0.5:6379@16379 handshake - 0 0 0 connected',
      '',
    ].join('\n');
    const view = viewOf(text, ASKED);
    expect([...view.addresses]).toEqual([
      ['a', { host: '10.0.0.1', port: 6379 }],
      ['b', { host: '::1', port: 6380 }],
      ['c', { host: '10.0.0.3', port: 6379 }],
    ]);
    expect(view.claims).toEqual([
      { id: 'a', epoch: 3, first: 0, last: 99 },
      { id: 'a', epoch: 3, first: 200, last: 200 },
      { id: 'b', epoch: 2, first: 100, last: 199 },
    ]);
    expect(view.followed.has('b')).toBe(true);
    expect(view.followed.has('a')).toBe(false);
    expect([...view.imports]).toEqual([[7, 'b']]);
  });

  it('a node that does not know its own address is where it was asked', () => {
    const { addresses } = viewOf('a :6379@16379 myself,master - 0 0 1 connected 0-16383', ASKED);
    expect([...addresses]).toEqual([['a', { host: 'asked', port: 6379 }]]);
  });
});

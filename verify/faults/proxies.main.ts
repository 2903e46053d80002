/**
 * The proxies of a fleet in a process of their own. In the one that makes all the requests they
 * would have to wait for its work, and a store that is near would look like one that is slow.
 */
import { startTcpProxy, type TcpProxy } from '../../test/servers/tcp-proxy.js';
import type { ProxyCommand } from './remote-proxies.js';

const proxies = new Map<number, TcpProxy>();

process.on('message', (message) => {
  // Only `RemoteProxies` sends anything.
  void obey(message as ProxyCommand);
});
process.on('disconnect', () => {
  process.exit();
});

async function obey(command: ProxyCommand): Promise<void> {
  if (command.do === 'start') {
    const proxy = await startTcpProxy(command.target);
    proxies.set(command.id, proxy);
    process.send?.({ id: command.id, port: proxy.port });
    return;
  }
  const proxy = proxies.get(command.id);
  if (command.do === 'become') proxy?.become(command.mode);
  else if (command.do === 'retarget') proxy?.retarget(command.target);
  else proxy?.reset();
}

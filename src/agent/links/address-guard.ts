/**
 * Which hosts a link may lead to. A list of addresses comes from people who may not know (or not mean well):
 * this machine and its network are not reachable through it, unless the operator says so in `link_allow`.
 */
import { BlockList, isIP } from 'node:net';
import { SlyError } from '../../lib/errors.ts';

export interface AddressGuard {
  /** Scheme, credentials, port and literal address of one hop. Throws SLY_FORBIDDEN with the reason. */
  checkUrl(url: URL): void;
  /** What a name resolved to. Throws SLY_FORBIDDEN when one of the addresses is not allowed. */
  checkAddresses(host: string, addresses: readonly string[]): void;
}

const DENIED: [address: string, prefix: number, why: string][] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'a private network'],
  ['100.64.0.0', 10, 'a carrier network'],
  ['127.0.0.0', 8, 'this machine'],
  ['169.254.0.0', 16, 'a link-local address'],
  ['172.16.0.0', 12, 'a private network'],
  ['192.0.0.0', 24, 'a reserved network'],
  ['192.0.2.0', 24, 'a reserved network'],
  ['192.88.99.0', 24, 'a relay network'],
  ['192.168.0.0', 16, 'a private network'],
  ['198.18.0.0', 15, 'a test network'],
  ['198.51.100.0', 24, 'a reserved network'],
  ['203.0.113.0', 24, 'a reserved network'],
  ['224.0.0.0', 4, 'a multicast address'],
  ['240.0.0.0', 4, 'a reserved network'],
  ['::', 127, 'this machine'],
  ['64:ff9b::', 96, 'a translated address'],
  ['64:ff9b:1::', 48, 'a translated address'],
  ['100::', 64, 'a discard address'],
  ['2001::', 23, 'a reserved network'],
  ['2001:db8::', 32, 'a reserved network'],
  ['2002::', 16, 'a relay network'],
  ['fc00::', 7, 'a private network'],
  ['fe80::', 10, 'a link-local address'],
  ['fec0::', 10, 'a private network'],
  ['ff00::', 8, 'a multicast address'],
];
const PORTS = new Set(['', '80', '443']);

/** `allow`: host names (`nas.local`, `*.lab.example`), addresses and networks (`10.1.0.0/16`). Throws SLY_CONFIG. */
export function createAddressGuard(allow: readonly string[]): AddressGuard {
  const denied = DENIED.map(([address, prefix, why]) => ({ list: networkOf(address, prefix), why }));
  const networks = new BlockList();
  const names: ((host: string) => boolean)[] = [];
  for (const entry of allow) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(bare(address));
    if (family !== 0) addNetwork(networks, bare(address), prefix, entry);
    else names.push(nameMatcher(entry.toLowerCase()));
  }

  const isNamed = (host: string): boolean => names.some((matches) => matches(host));

  function why(address: string): string | undefined {
    const plain = unmapped(address);
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    if (networks.check(plain, family)) return undefined;
    return denied.find(({ list }) => list.check(plain, family))?.why;
  }

  function refuse(host: string, reason: string): SlyError {
    return new SlyError('SLY_FORBIDDEN', {
      detail: `expected a public address, got ${host}: ${reason}`,
      hint: 'If it is meant: link_allow in the configuration of the agent names hosts and networks that may be read.',
    });
  }

  return {
    checkUrl(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new SlyError('SLY_FORBIDDEN', { detail: `expected http or https, got ${url.protocol}` });
      if (url.username !== '' || url.password !== '')
        throw new SlyError('SLY_FORBIDDEN', { detail: 'expected an address without user and password' });
      const host = bare(url.hostname).toLowerCase();
      if (isNamed(host)) return;
      if (isIP(host) !== 0) {
        const reason = why(host);
        if (reason !== undefined) throw refuse(host, reason);
        if (networks.check(unmapped(host), isIP(unmapped(host)) === 6 ? 'ipv6' : 'ipv4')) return;
      }
      // A network of the allow-list opens all ports, but it is known only once the name is resolved.
      if (!PORTS.has(url.port) && networks.rules.length === 0)
        throw refuse(`${host}:${url.port}`, 'only ports 80 and 443');
    },
    checkAddresses(host, addresses) {
      if (isNamed(host.toLowerCase())) return;
      if (addresses.length === 0) throw refuse(host, 'no address');
      for (const address of addresses) {
        const reason = why(address);
        if (reason !== undefined) throw refuse(`${host} (${address})`, reason);
      }
    },
  };
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

/** An IPv4 address inside an IPv6 one is judged as what it is. */
function unmapped(address: string): string {
  const text = bare(address);
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  if (dotted !== undefined) return dotted;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(text);
  if (hex === null) return text;
  const [high, low] = [Number.parseInt(hex[1] ?? '', 16), Number.parseInt(hex[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function networkOf(address: string, prefix: number): BlockList {
  const list = new BlockList();
  list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

function addNetwork(list: BlockList, address: string, prefix: string | undefined, entry: string): void {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const most = family === 'ipv6' ? 128 : 32;
  const bits = prefix === undefined ? most : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > most)
    throw new SlyError('SLY_CONFIG', {
      detail: `link_allow: expected a network such as 10.1.0.0/16, got ${JSON.stringify(entry)}`,
    });
  list.addSubnet(address, bits, family);
}

function nameMatcher(name: string): (host: string) => boolean {
  if (!/^(?:\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
    throw new SlyError('SLY_CONFIG', {
      detail: `link_allow: expected a host name, an address or a network, got ${JSON.stringify(name)}`,
    });
  if (!name.startsWith('*.')) return (host) => host === name;
  const ending = name.slice(1);
  return (host) => host.endsWith(ending) && host.length > ending.length;
}

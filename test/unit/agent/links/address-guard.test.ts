import { expect, test } from 'vitest';
import { createAddressGuard } from '../../../../src/agent/links/address-guard.ts';

const open = createAddressGuard([]);
const urlRefused = (url: string, guard = open): boolean => {
  try {
    guard.checkUrl(new URL(url));
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'SLY_FORBIDDEN' });
    return true;
  }
};
const addressRefused = (address: string, guard = open): boolean => {
  try {
    guard.checkAddresses('host.example', [address]);
    return false;
  } catch {
    return true;
  }
};

test.each([
  'http://127.0.0.1/a.jpg',
  'http://127.1/a.jpg',
  'http://2130706433/a.jpg',
  'http://0x7f.0.0.1/a.jpg',
  'http://0/a.jpg',
  'http://[::1]/a.jpg',
  'http://[::]/a.jpg',
  'http://[::ffff:127.0.0.1]/a.jpg',
  'http://[::ffff:a9fe:a9fe]/latest/meta-data',
  'http://169.254.169.254/latest/meta-data',
  'http://10.0.0.1/a.jpg',
  'http://172.31.255.255/a.jpg',
  'http://192.168.1.1/a.jpg',
  'http://100.64.0.1/a.jpg',
  'http://[fd00::1]/a.jpg',
  'http://[fe80::1]/a.jpg',
  'http://[64:ff9b::7f00:1]/a.jpg',
  'http://224.0.0.1/a.jpg',
  'http://93.184.216.34:22/a.jpg',
  'http://user:secret@93.184.216.34/a.jpg',
  'ftp://93.184.216.34/a.jpg',
  'file:///etc/passwd',
])('%s is refused', (url) => {
  expect(urlRefused(url)).toBe(true);
});

test.each([
  'http://93.184.216.34/a.jpg',
  'https://[2606:2800:220:1::1]/a.jpg',
  'https://images.example.org/a.jpg',
])('%s may be read', (url) => {
  expect(urlRefused(url)).toBe(false);
});

test('every address a name resolves to counts', () => {
  expect(addressRefused('10.1.2.3')).toBe(true);
  expect(addressRefused('::ffff:192.168.0.1')).toBe(true);
  expect(addressRefused('93.184.216.34')).toBe(false);
  expect(() => open.checkAddresses('host.example', ['93.184.216.34', '127.0.0.1'])).toThrow(/this machine/);
  expect(() => open.checkAddresses('host.example', [])).toThrow(/no address/);
});

test('the allow-list opens what it names and nothing beside it', () => {
  const guard = createAddressGuard(['nas.local', '*.lab.example', '10.1.0.0/16', '127.0.0.1', 'fd00::/8']);
  expect(urlRefused('http://127.0.0.1:8080/a.jpg', guard)).toBe(false);
  expect(urlRefused('http://10.1.9.9/a.jpg', guard)).toBe(false);
  expect(urlRefused('http://10.2.0.1/a.jpg', guard)).toBe(true);
  expect(urlRefused('http://127.0.0.2/a.jpg', guard)).toBe(true);
  expect(urlRefused('http://[fd00::5]/a.jpg', guard)).toBe(false);
  expect(urlRefused('http://nas.local:9000/a.jpg', guard)).toBe(false);
  expect(() => guard.checkAddresses('nas.local', ['192.168.0.7'])).not.toThrow();
  expect(() => guard.checkAddresses('a.lab.example', ['192.168.0.7'])).not.toThrow();
  expect(() => guard.checkAddresses('lab.example.evil.org', ['192.168.0.7'])).toThrow();
  expect(() => guard.checkAddresses('other.example', ['10.1.0.1'])).not.toThrow();
});

test.each(['10.0.0.0/33', 'http://nas', 'a b', '*', ''])(
  '%j in the allow-list is refused at the start',
  (entry) => {
    expect(() => createAddressGuard([entry])).toThrow(/link_allow/);
  },
);

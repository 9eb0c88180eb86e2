import { expect, test } from 'vitest';
import { remoteMount, remoteName } from '../../../../src/agent/intake/remote-mount.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

test.each([
  [0x6969, 'NFS'],
  // As a signed number of 32 bits, as some systems tell it.
  [0xff534d42, 'SMB'],
  [0xff534d42 | 0, 'SMB'],
  [0x65735546, 'FUSE'],
  // ext4, overlay, tmpfs
  [0xef53, undefined],
  [0x794c7630, undefined],
  [0x01021994, undefined],
])('file system %s is %s', (type, name) => {
  expect(remoteName(type)).toBe(name);
});

test('a folder of this machine is none, and one that is not there is no error', async () => {
  expect(await remoteMount(tempFolder('local'))).toBeUndefined();
  expect(await remoteMount('/no/such/folder')).toBeUndefined();
});

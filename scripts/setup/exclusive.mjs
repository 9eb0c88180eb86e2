/**
 * One holder at a time across processes, by a lock file that names its owner.
 *
 * - The file appears whole: it is written under a private name and then hard-linked to the lock's name,
 *   so nobody ever reads half an owner.
 * - A lock whose owner is dead is taken away by rename; who renamed a live one puts it back.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `work` while holding the lock at `path`. Waits for another holder up to `waitMs` (then throws);
 * `onWait(pid)` is called once when there is somebody to wait for.
 */
export async function exclusive(path, { waitMs, onWait }, work) {
  const mine = `${path}.${process.pid}`;
  const deadline = Date.now() + waitMs;
  let told = false;
  writeFileSync(mine, String(process.pid));
  try {
    while (!tryLink(mine, path)) {
      const owner = ownerOf(path);
      if (owner === undefined) continue;
      if (!isAlive(owner)) {
        takeAway(path, owner);
        continue;
      }
      if (!told) onWait(owner);
      told = true;
      if (Date.now() > deadline) {
        throw new Error(
          `process ${owner} has held ${path} for too long; delete that file if it is not running`,
        );
      }
      await delay(100);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    if (ownerOf(path) === process.pid) rmSync(path, { force: true });
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process id in the lock file; undefined when the file is gone. */
function ownerOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function takeAway(path, deadOwner) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (ownerOf(aside) !== deadOwner) tryLink(aside, path);
  rmSync(aside, { force: true });
}

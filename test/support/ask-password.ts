/** The password prompt of the command line in a process of its own, for a terminal a test plays. */
import { readPassword } from '../../src/cli/read-password.ts';
import { toSlyError } from '../../src/lib/errors.ts';

try {
  const password = await readPassword(false);
  process.stdout.write(`got ${Buffer.from(password).toString('hex')}\n`);
} catch (error) {
  process.stdout.write(`refused ${toSlyError(error).code}: ${toSlyError(error).detail}\n`);
}

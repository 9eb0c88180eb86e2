/** What scripts run in where there is no image for them: the system's own Python, with the packages installed for all users. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { SlyError } from '../../../lib/errors.ts';
import { packageRoot } from '../../../lib/version.ts';

export interface PythonProgram {
  /** The interpreter, links resolved; it keeps this path in the cage, for it finds its library by it. */
  python: string;
  /** Folder `host` and `reads` are below. */
  root: string;
  /** What starts the script. */
  host: string;
  reads: readonly string[];
  /** Folders and files of the system besides its libraries; they need not be there. */
  system: readonly string[];
}

const PYTHON = '/usr/bin/python3';
const LOCAL_LIBRARIES = '/usr/local/lib';

/** Throws SLY_RUNNER_UNAVAILABLE where the system has no Python. */
export function pythonProgram(): PythonProgram {
  if (!existsSync(PYTHON)) {
    throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
      detail: `scripts need ${PYTHON}, which is not on this machine`,
      hint: 'Install it (apt-get install python3 python3-numpy python3-pil python3-requests), or use Docker.',
      retryable: false,
    });
  }
  const root = realpathSync(packageRoot());
  const compiled = import.meta.url.endsWith('.js');
  const host = path.join(root, compiled ? 'dist/plugins' : 'plugins', 'python', 'run_script.py');
  return {
    python: realpathSync(PYTHON),
    root,
    host,
    reads: [host],
    // Debian picks the libraries of numpy by links in /etc/alternatives.
    system: [...localPackages(), '/etc/alternatives', '/etc/ssl/certs/ca-certificates.crt'],
  };
}

function localPackages(): string[] {
  if (!existsSync(LOCAL_LIBRARIES)) return [];
  return readdirSync(LOCAL_LIBRARIES)
    .filter((name) => /^python3\.\d+$/.test(name))
    .map((name) => path.join(LOCAL_LIBRARIES, name, 'dist-packages'));
}

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema, exampleYaml } from '../../../src/lib/config/describe-config.ts';
import { loadConfig } from '../../../src/lib/config/load-config.ts';
import { OPTIONS } from '../../../src/lib/config/options.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const bare = { flags: {}, env: {}, cwd: '/srv' };

function withFile(text: string) {
  const file = path.join(tempFolder('config'), 'config.yaml');
  writeFileSync(file, text);
  return { path: file, required: true };
}

describe('loadConfig', () => {
  it('takes flag over environment over file over default, and says which', () => {
    const file = withFile('slots: 3\nscan_seconds: 9\nlog_level: warn\n');
    const { config, origins } = loadConfig({
      flags: { slots: '5' },
      env: { SLY_SLOTS: '4', SLY_SCAN_SECONDS: '8' },
      cwd: '/',
      file,
    });
    expect([config.slots, config.scan_seconds, config.log_level, config.settle_seconds]).toEqual([
      5,
      8,
      'warn',
      5,
    ]);
    expect([origins.slots, origins.scan_seconds, origins.log_level, origins.settle_seconds]).toEqual([
      'flag',
      'env',
      'file',
      'default',
    ]);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every mistake at once, with the nearest name', () => {
    const file = withFile('slotz: 3\nscan_seconds: soon\nrunner: podman\n');
    expect(() => loadConfig({ ...bare, file })).toThrow(
      /unknown key slotz, did you mean slots.*scan_seconds: expected a whole number.*runner: expected one of auto, docker, sandbox/s,
    );
  });

  it('resolves paths against the place that names them', () => {
    const file = withFile('upload_folder: drop\n');
    const { config } = loadConfig({ ...bare, flags: { data: 'd' }, file });
    expect(config.data).toBe('/srv/d');
    expect(config.upload_folder).toBe(path.join(path.dirname(file.path), 'drop'));
  });

  it("understands the earlier agent's names and says so", () => {
    const { config, notes } = loadConfig({
      ...bare,
      env: { SERVER_ADDRESS: 'https://x', ACCESS_TOKEN: 'secret', PULL_POLICY: 'Never' },
    });
    expect([config.platform_url, config.token, config.pull]).toEqual(['https://x', 'secret', 'never']);
    expect(notes.join()).toContain('SERVER_ADDRESS is understood as SLY_PLATFORM_URL');
  });

  it('never prints a secret', () => {
    const file = withFile('token: [1]\n');
    expect(() => loadConfig({ ...bare, file })).toThrow(/\[redacted\]/);
  });

  it('refuses a broken file with its name, and tolerates a missing default one', () => {
    expect(() => loadConfig({ ...bare, file: withFile('a: [') })).toThrow(/config\.yaml/);
    expect(() => loadConfig({ ...bare, file: { path: '/nowhere/c.yaml', required: true } })).toThrow(
      /ENOENT/,
    );
    expect(loadConfig({ ...bare, file: { path: '/nowhere/c.yaml', required: false } }).file).toBeUndefined();
  });
});

describe('what is made from the table', () => {
  it('the example file, uncommented, loads as the defaults', () => {
    const lines = exampleYaml().split('\n');
    const text = lines
      .filter((line) => /^# [a-z_]+: \S/.test(line) && !line.startsWith('# Environment'))
      .map((line) => line.slice(2));
    const file = withFile(text.filter((line) => line.split(':')[0]! in OPTIONS).join('\n'));
    expect(loadConfig({ ...bare, file }).config).toEqual({
      ...loadConfig(bare).config,
      data: path.join(path.dirname(file.path), 'data'),
    });
  });

  it('the schema knows every option', () => {
    expect(Object.keys(configSchema().properties as object)).toEqual([...Object.keys(OPTIONS), 'routes']);
    expect(parse(exampleYaml())).toBeNull();
  });
});

import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/lib/config/load-config.ts';
import { OPTIONS } from '../../../src/lib/config/options.ts';
import { showConfig } from '../../../src/lib/config/show-config.ts';

test('every setting is shown once with its origin, and no secret is', () => {
  const env = {
    SLY_TOKEN: 'hidden-of-the-agent',
    SLY_REGISTRATION_CODE: 'hidden-code',
    SLY_PLATFORM_URL: 'https://ada:hidden-word@labels.example:8443/x?a=b@c',
    SLY_ALLOWED_IMAGES: 'lab/*, other/*',
  };
  const { config, origins } = loadConfig({ flags: { slots: '5' }, env, cwd: '/srv' });
  const shown = showConfig(config, origins);
  expect(shown.map((one) => one.name)).toEqual([...Object.keys(OPTIONS), 'routes']);
  expect(JSON.stringify(shown)).not.toContain('hidden');
  const byName = Object.fromEntries(shown.map((one) => [one.name, one]));
  expect(byName.token).toMatchObject({ value: '[redacted]', origin: 'env' });
  expect(byName.platform_url?.value).toBe('https://[redacted]@labels.example:8443/x?a=b@c');
  expect(byName.slots).toMatchObject({ value: '5', origin: 'flag' });
  expect(byName.keep_days).toMatchObject({ value: '30', origin: 'default' });
  expect(byName.allowed_images?.value).toBe('lab/*, other/*');
  expect(byName.name).toMatchObject({ value: null, origin: 'default' });
});

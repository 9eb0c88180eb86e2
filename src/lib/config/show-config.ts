/** The configuration in force as a person may see it: each value with where it comes from, secrets left out. Pure. */
import { withoutPassword } from '../redact.ts';
import { type Config, OPTIONS, type OptionSpec, type Origin } from './options.ts';

interface ShownSetting {
  name: string;
  /** Null: not set. */
  value: string | null;
  origin: Origin;
  /** One sentence. */
  about: string;
}

export function showConfig(config: Config, origins: Readonly<Record<string, Origin>>): ShownSetting[] {
  const settings: ShownSetting[] = Object.entries(OPTIONS).map(([name, option]: [string, OptionSpec]) => ({
    name,
    value: shown(option, config[name as keyof Config]),
    origin: origins[name] ?? 'default',
    about: option.help,
  }));
  const { routes } = config;
  settings.push({
    name: 'routes',
    value: routes.length === 0 ? null : routes.map((rule) => JSON.stringify(rule)).join('\n'),
    origin: routes.length === 0 ? 'default' : 'file',
    about: 'Rules for what is dropped into the upload folder; the first match wins.',
  });
  return settings;
}

function shown(option: OptionSpec, value: unknown): string | null {
  if (value === undefined) return null;
  if (option.secret === true) return '[redacted]';
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(', ');
  return withoutPassword(String(value));
}

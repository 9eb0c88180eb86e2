/** Options of a task, joined with the defaults of its plugin. */
interface UsedOption {
  name: string;
  title: string;
  value: string;
  /** False: the plugin's default. */
  isSet: boolean;
}

interface Property {
  title?: string;
  default?: unknown;
}

/** `schema`: the plugin's JSON Schema of the options, as it is now; undefined when the plugin is not known. */
export function usedOptions(given: Record<string, unknown>, schema: unknown): UsedOption[] {
  const properties = (schema as { properties?: Record<string, Property> } | undefined)?.properties ?? {};
  const names = [...new Set([...Object.keys(properties), ...Object.keys(given)])];
  return names.flatMap((name) => {
    const isSet = Object.hasOwn(given, name);
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const value = isSet ? given[name] : property?.default;
    if (value === undefined) return [];
    return [
      {
        name,
        title: property?.title ?? name,
        value: typeof value === 'string' ? value : JSON.stringify(value),
        isSet,
      },
    ];
  });
}

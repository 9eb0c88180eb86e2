/** A form made from a plugin's JSON Schema of options: booleans, choices, numbers, text. Unset = the plugin's default. */
export type Options = Record<string, unknown>;

interface OptionSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: { const?: unknown }[];
  minimum?: number;
  maximum?: number;
}

export function OptionsForm(props: {
  schema: Record<string, unknown> | undefined;
  value: Options;
  onChange(value: Options): void;
}) {
  const properties = Object.entries((props.schema?.properties ?? {}) as Record<string, OptionSchema>);
  if (properties.length === 0) return null;
  const set = (name: string, value: unknown): void => {
    const { [name]: _before, ...rest } = props.value;
    props.onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <fieldset class="options">
      <legend>Options</legend>
      {properties.map(([name, schema]) => (
        <Field
          key={name}
          name={name}
          schema={schema}
          value={props.value[name]}
          set={(value) => set(name, value)}
        />
      ))}
    </fieldset>
  );
}

function Field(props: { name: string; schema: OptionSchema; value: unknown; set(value: unknown): void }) {
  const { name, schema, set } = props;
  const title = schema.title ?? name.replaceAll('_', ' ');
  const value = props.value ?? schema.default;
  const choices = schema.enum ?? schema.anyOf?.flatMap((one) => (one.const === undefined ? [] : [one.const]));
  const help = schema.description === undefined ? null : <small>{schema.description}</small>;
  if (schema.type === 'boolean') {
    return (
      <label class="check">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => set(event.currentTarget.checked)}
        />
        <span>
          {title}
          {help}
        </span>
      </label>
    );
  }
  if (choices !== undefined && choices.length > 0) {
    return (
      <label>
        <span>{title}</span>
        <select
          value={String(value ?? '')}
          onChange={(event) => set(choices.find((one) => String(one) === event.currentTarget.value))}
        >
          {value === undefined ? <option value="">default</option> : null}
          {choices.map((one) => (
            <option key={String(one)} value={String(one)}>
              {String(one)}
            </option>
          ))}
        </select>
        {help}
      </label>
    );
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    return (
      <label>
        <span>{title}</span>
        <input
          type="number"
          step={schema.type === 'integer' ? 1 : 'any'}
          min={schema.minimum}
          max={schema.maximum}
          value={String(value ?? '')}
          onInput={(event) => {
            const text = event.currentTarget.value;
            set(text === '' ? undefined : Number(text));
          }}
        />
        {help}
      </label>
    );
  }
  return (
    <label>
      <span>{title}</span>
      <input
        type="text"
        value={String(value ?? '')}
        onInput={(event) => {
          const text = event.currentTarget.value;
          const words = schema.type === 'array' ? text.split(',').map((one) => one.trim()) : text;
          set(text === '' ? undefined : words);
        }}
      />
      {help}
    </label>
  );
}

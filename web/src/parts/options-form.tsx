/**
 * A form made from a plugin's JSON Schema of options: booleans, choices, numbers, text of one line or many, lists of
 * words. What stays as it is is not sent: the plugin's default holds.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { htmlPattern } from './html-pattern.ts';

export type Options = Record<string, unknown>;

interface OptionSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: { const?: unknown; title?: string }[];
  oneOf?: { const?: unknown; title?: string }[];
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

/** Text that may be longer than this is written on several lines. */
const ONE_LINE = 300;

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

interface FieldProps {
  name: string;
  schema: OptionSchema;
  value: unknown;
  set(value: unknown): void;
}

function Field(props: FieldProps) {
  const { schema } = props;
  if (schema.type === 'boolean') return <Tick {...props} />;
  if (choicesOf(schema).length > 0) return <Choice {...props} />;
  if (schema.type === 'number' || schema.type === 'integer') return <NumberField {...props} />;
  if (schema.type === 'array') return <Words {...props} />;
  return <Text {...props} />;
}

const titleOf = (name: string, schema: OptionSchema): string => schema.title ?? name.replaceAll('_', ' ');

function Help(props: { id: string; schema: OptionSchema }) {
  const { description } = props.schema;
  return description === undefined ? null : <small id={props.id}>{description}</small>;
}

function Tick({ name, schema, value, set }: FieldProps) {
  const help = useId();
  return (
    <label class="check">
      <input
        type="checkbox"
        aria-describedby={help}
        checked={(value ?? schema.default) === true}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <span>
        {titleOf(name, schema)}
        <Help id={help} schema={schema} />
      </span>
    </label>
  );
}

function choicesOf(schema: OptionSchema): { value: unknown; title: string }[] {
  const listed = schema.enum?.map((value) => ({ value, title: String(value) }));
  const named = (schema.anyOf ?? schema.oneOf ?? []).flatMap(({ const: value, title }) =>
    value === undefined ? [] : [{ value, title: title ?? String(value) }],
  );
  return listed ?? named;
}

function Choice({ name, schema, value, set }: FieldProps) {
  const help = useId();
  const choices = choicesOf(schema);
  const now = value ?? schema.default;
  return (
    <label>
      <span>{titleOf(name, schema)}</span>
      <select
        aria-describedby={help}
        value={String(now ?? '')}
        onChange={(event) =>
          set(choices.find((one) => String(one.value) === event.currentTarget.value)?.value)
        }
      >
        {now === undefined ? <option value="">default</option> : null}
        {choices.map((one) => (
          <option key={String(one.value)} value={String(one.value)}>
            {one.title}
          </option>
        ))}
      </select>
      <Help id={help} schema={schema} />
    </label>
  );
}

function NumberField({ name, schema, value, set }: FieldProps) {
  const help = useId();
  return (
    <label>
      <span>{titleOf(name, schema)}</span>
      <input
        type="number"
        aria-describedby={help}
        step={schema.multipleOf ?? (schema.type === 'integer' ? 1 : 'any')}
        min={schema.minimum}
        max={schema.maximum}
        placeholder={String(schema.default ?? '')}
        value={value === undefined ? '' : String(value)}
        onInput={(event) => {
          const { value: text, valueAsNumber } = event.currentTarget;
          set(text === '' || Number.isNaN(valueAsNumber) ? undefined : valueAsNumber);
        }}
      />
      <Help id={help} schema={schema} />
    </label>
  );
}

/** What is typed stays as it is typed; the list is what lies between the commas and line ends. */
function Words({ name, schema, value, set }: FieldProps) {
  const help = useId();
  const given = listText(value ?? schema.default);
  const text = useSignal(given);
  useEffect(() => {
    if (listText(wordsOf(text.value)) !== given) text.value = given;
  }, [given]);
  return (
    <label>
      <span>{titleOf(name, schema)}</span>
      <input
        type="text"
        aria-describedby={help}
        placeholder="one, another"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          const words = wordsOf(text.value);
          set(words.length === 0 ? undefined : words);
        }}
      />
      <Help id={help} schema={schema} />
    </label>
  );
}

const listText = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '');
const wordsOf = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

function Text({ name, schema, value, set }: FieldProps) {
  const [field, help] = [useId(), useId()];
  const { minLength, maxLength, pattern } = schema;
  const shared = {
    id: field,
    'aria-describedby': help,
    value: String(value ?? schema.default ?? ''),
    onInput: (event: { currentTarget: { value: string } }) => {
      const text = event.currentTarget.value;
      set(text === String(schema.default ?? '') ? undefined : text);
    },
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
  };
  return (
    <label htmlFor={field}>
      <span>{titleOf(name, schema)}</span>
      {(maxLength ?? 0) > ONE_LINE ? (
        <textarea rows={4} spellcheck={false} {...shared} />
      ) : (
        <input type="text" {...shared} {...(pattern !== undefined && { pattern: htmlPattern(pattern) })} />
      )}
      <Help id={help} schema={schema} />
    </label>
  );
}

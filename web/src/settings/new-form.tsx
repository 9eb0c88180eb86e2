/** A form in one line that adds something: what is written in it is sent, and once that went well it is empty again. */
import type { ComponentChildren } from 'preact';
import { useAction } from '../action.ts';
import { Problem } from '../parts/bits.tsx';

export function NewForm(props: {
  label: string;
  /** On its button. */
  word: string;
  send(given: FormData): Promise<unknown>;
  made(): void;
  /** Its fields. */
  children: ComponentChildren;
}) {
  const add = useAction();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    if (!(await add.run(() => props.send(given)))) return;
    form.reset();
    props.made();
  }

  return (
    <>
      <form class="fields" aria-label={props.label} onSubmit={(event) => void submit(event)}>
        {props.children}
        <button type="submit" class="primary" disabled={add.busy}>
          {props.word}
        </button>
      </form>
      {add.error === undefined ? null : <Problem error={add.error} />}
    </>
  );
}

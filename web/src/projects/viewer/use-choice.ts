/** Which objects of an item are hidden, pointed at, chosen; forgotten with the item, but for what is hidden. */
import { useEffect, useState } from 'preact/hooks';

const NOTHING: ReadonlySet<string> = new Set();

export interface Choice {
  /** Class titles. */
  hidden: ReadonlySet<string>;
  onHidden(hidden: ReadonlySet<string>): void;
  /** Index of an object. */
  lit: number | undefined;
  chosen: number | undefined;
  /** What is to be looked at; a new value each time it is asked for. */
  lookAt: { index: number } | undefined;
  onLit(index: number | undefined): void;
  onChosen(index: number | undefined): void;
  /** Chosen in the list. */
  look(index: number): void;
  /** All of these classes away, or back when they are. */
  toggleAll(titles: readonly string[]): void;
}

export function useChoice(item: number | undefined): Choice {
  const [hidden, onHidden] = useState(NOTHING);
  const [lit, onLit] = useState<number | undefined>(undefined);
  const [chosen, onChosen] = useState<number | undefined>(undefined);
  const [lookAt, setLookAt] = useState<{ index: number } | undefined>(undefined);
  useEffect(() => {
    onLit(undefined);
    onChosen(undefined);
    setLookAt(undefined);
  }, [item]);
  return {
    hidden,
    onHidden,
    lit,
    chosen,
    lookAt,
    onLit,
    onChosen,
    look(index) {
      onChosen(index);
      setLookAt({ index });
    },
    toggleAll: (titles) => onHidden(titles.every((title) => hidden.has(title)) ? NOTHING : new Set(titles)),
  };
}

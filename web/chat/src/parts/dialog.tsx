// A window over the page. The browser's own dialog keeps the focus inside, closes on Esc and gives the focus back.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icons';
import { Announcements } from './live';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  // Before the effects of what is in it, one of which may choose what has the focus.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  // What had the focus may be gone with what it did.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc does by key what a click beside the dialog does
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog">
        <header>
          <h2 id={id} tabIndex={-1} ref={heading}>
            {title}
          </h2>
          <button type="button" class="quiet round" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
        <Announcements />
      </div>
    </dialog>
  );
}

interface AskProps {
  title: string;
  words: string;
  act: string;
  error?: string | null;
  onAct: () => void;
  onClose: () => void;
}

/** Something that cannot be undone is asked for once more. */
export function Ask({ title, words, act, error, onAct, onClose }: AskProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{words}</p>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <footer>
        <button type="button" class="quiet" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={onAct}>
          {act}
        </button>
      </footer>
    </Dialog>
  );
}

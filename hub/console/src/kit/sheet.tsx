import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "./button";

/**
 * A modal dialog. The browser's own: focus stays inside, Escape closes, the page behind is inert. The element marked
 * `data-first` has the focus when it opens.
 */
export function Sheet({ title, onClose, wide = false, children }: { title: string; onClose: () => void; wide?: boolean; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>("[data-first]")?.focus();
    }
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === ref.current && onClose()}
      className={`m-auto max-h-[92dvh] w-[calc(100vw-32px)] overflow-y-auto border border-rule bg-paper p-0 ${wide ? "max-w-[1080px]" : "max-w-[520px]"}`}
    >
      <div className="flex flex-col gap-5 p-6">
        <div className="flex items-start justify-between gap-4">
          <h2 id={id} className="title text-heading">
            {title}
          </h2>
          <Button look="plain" size="row" onClick={onClose} aria-label="Close">
            <span aria-hidden>✕</span>
          </Button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

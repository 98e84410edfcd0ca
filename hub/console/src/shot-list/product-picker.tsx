import { useHub } from "@fashionos/hub/react";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Leave } from "./cell-editor";
import type { Product, Products } from "./cells";
import { searchProducts } from "./use-products";

const PAUSE_MS = 150;
const MOST_FOUND = 8;

export interface ProductPickerProps {
  label: string;
  chosen: readonly string[];
  products: Products;
  onFound: (products: readonly Product[]) => void;
  onCommit: (value: readonly string[], leave: Leave) => void;
  onCancel: () => void;
}

/** The products of a shot while they are chosen: type to search, Enter adds or takes away, Enter on nothing is done. */
export function ProductPicker(props: ProductPickerProps) {
  const hub = useHub();
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState(props.chosen);
  const [words, setWords] = useState("");
  const [found, setFound] = useState<readonly Product[]>([]);
  const [at, setAt] = useState(-1);
  const [failed, setFailed] = useState(false);
  const ended = useRef(false);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);

  const { onFound } = props;
  useEffect(() => {
    let left = false;
    const timer = setTimeout(() => {
      searchProducts(hub, words, null, MOST_FOUND).then(
        (list) => {
          if (left) return;
          setFound(list);
          setFailed(false);
          setAt(words.trim() && list.length > 0 ? 0 : -1);
          onFound(list);
        },
        () => {
          if (left) return;
          setFailed(true);
          setFound([]);
        },
      );
    }, PAUSE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [hub, words, onFound]);
  // Without network: what is known here.
  const wanted = words.trim().toLowerCase();
  const shown = failed ? [...props.products.values()].filter((product) => `${product.sku} ${product.name}`.toLowerCase().includes(wanted)).slice(0, MOST_FOUND) : found;

  const toggle = (product: Product) => {
    setChosen((ids) => (ids.includes(product.id) ? ids.filter((id) => id !== product.id) : [...ids, product.id]));
    setWords("");
    setAt(-1);
    field.current?.focus({ preventScroll: true });
  };
  const commit = (leave: Leave) => {
    if (ended.current) return;
    ended.current = true;
    props.onCommit(chosen, leave);
  };
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    const product = shown[at];
    if (event.key === "Escape") {
      ended.current = true;
      props.onCancel();
    } else if (event.key === "ArrowDown") setAt(Math.min(at + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, -1));
    else if (event.key === "Enter") {
      if (product) toggle(product);
      else commit("down");
    } else if (event.key === "Tab") commit(event.shiftKey ? "previous" : "next");
    else if (event.key === "Backspace" && words === "") setChosen((ids) => ids.slice(0, -1));
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      className="absolute top-0 left-0 z-[4] w-72 border border-ink bg-raised"
      onPointerDown={(event) => event.stopPropagation()}
      onBlur={(event) => !box.current?.contains(event.relatedTarget) && commit("stay")}
    >
      <div className="flex flex-wrap items-center gap-1 p-1">
        {chosen.map((id) => (
          <button key={id} type="button" tabIndex={-1} aria-label={`Take off ${props.products.get(id)?.name ?? "product"}`} onClick={() => setChosen((ids) => ids.filter((other) => other !== id))} className="code rounded-soft border border-rule px-1 text-label hover:bg-pressed">
            {props.products.get(id)?.sku ?? "…"} <span aria-hidden>✕</span>
          </button>
        ))}
        <input
          ref={field}
          role="combobox"
          aria-label={props.label}
          aria-expanded
          aria-controls="product-options"
          aria-activedescendant={at >= 0 && shown[at] ? `product-${shown[at].id}` : undefined}
          data-editor="products"
          value={words}
          placeholder="Search products"
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={press}
          className="h-6 min-w-24 flex-1 bg-transparent px-1 text-small outline-none"
        />
      </div>
      <ul id="product-options" role="listbox" aria-label="Products" className="max-h-64 overflow-y-auto border-t border-hairline">
        {shown.map((product, n) => (
          <li
            key={product.id}
            id={`product-${product.id}`}
            role="option"
            aria-selected={chosen.includes(product.id)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => toggle(product)}
            className={`flex h-8 items-center gap-2 px-2 text-small ${n === at ? "bg-pressed" : ""}`}
          >
            <span className="w-3 shrink-0">{chosen.includes(product.id) ? "✓" : ""}</span>
            <span className="code shrink-0 text-label text-quiet">{product.sku}</span>
            <span className="truncate">{product.name}</span>
          </li>
        ))}
        {shown.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled className="px-2 py-1.5 text-small text-quiet">
            {failed ? "No network: only products that were seen here can be found." : wanted ? "No product matches." : "…"}
          </li>
        )}
      </ul>
    </div>
  );
}
